import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Execution
import ProofField
import Replica

/// What cheats make out of honest data. None of it may be believed by anyone.
enum Forgery {
    /// A rule of blocks that a forged one breaks.
    enum Rule: CaseIterable {
        case accountCount, accountsRoot, systemRoot, mix, parent, gasUsed, gasLimit, nextValidators, timestamp, baseFee
        case transactions, operations, receipts
        case slotAdded, slotDropped, signatureUnreadable, oneBadSignature
        case chainId, bloom, evidenceHash
        case evidenceTwice, evidenceOfTwoRounds, evidenceStale, evidenceOfFuture, evidenceForged, evidenceOfNobody
        case evidenceOfOneVote, evidenceOfTwoSteps, evidenceOfVotesOfTwoRounds, evidenceOutOfOrder
    }

    /// A block to follow `disk`'s tip that breaks one rule and, as far as that can be, no other: who lacks the check
    /// finds nothing wrong with it.
    static func block(
        _ honest: ProposedBlock, breaking chosen: Rule?, on disk: SimulatedDisk, by liar: ValidatorKeys,
        _ random: inout SimulationRandom, _ marks: inout Marks
    ) -> ProposedBlock {
        var forged = honest
        let rule = chosen ?? random.pick(Rule.allCases)
        marks.hit("forged block: \(rule)")
        switch rule {
        case .accountCount: forged.block.header.accountCount += 1
        case .accountsRoot: forged.block.header.accountsRoot = Digest(words: SIMD8(repeating: 1))
        case .systemRoot: forged.block.header.systemRoot = noise(&random)
        case .mix:
            forged.block.header.mix = noise(&random)
            execute(&forged.block, on: disk)
        case .parent: forged.block.header.parentHash = noise(&random)
        case .gasUsed: forged.block.header.gasUsed ^= 1
        case .gasLimit: forged.block.header.gasLimit += 1
        case .nextValidators: forged.block.header.nextValidatorsHash = noise(&random)
        // Close enough to all clocks.
        case .timestamp: forged.block.header.timestamp = disk.tip.header.timestamp
        case .baseFee:
            forged.block.header.baseFee += 1
            execute(&forged.block, on: disk)
        case .transactions:
            forged.block.transactions.append([0x02, 0xc0])
            forged.block.header.transactionsRoot = Block.transactionsRoot(forged.block.transactions)
        case .operations: forged.block.header.operationsDigest = noise(&random)
        case .receipts: forged.block.header.receiptsRoot = noise(&random)
        case .slotAdded: spoilCertificate(&forged.block) { $0.signatures.append($0.signatures.last ?? nil) }
        case .slotDropped: spoilCertificate(&forged.block) { $0.signatures.removeLast() }
        case .signatureUnreadable: spoilCertificate(&forged.block) { makeUnreadable(&$0) }
        case .oneBadSignature: spoilCertificate(&forged.block) { addBadSignature(&$0) }
        case .chainId: forged.block.header.chainId += 1
        case .bloom: forged.block.header.logsBloom.insert(noise(&random).bytes)
        default: spoilEvidence(&forged.block, rule, on: disk, by: liar)
        }
        return forged
    }

    /// The certificate of the parent that a block carries; block 1 has none, and gets one.
    private static func spoilCertificate(_ block: inout Block, _ spoil: (inout Certificate) -> Void) {
        var certificate =
            block.lastCertificate
            ?? Certificate(height: 0, round: 0, blockHash: block.header.parentHash, signatures: [nil])
        spoil(&certificate)
        block.lastCertificate = certificate
        block.header.lastCertificateHash = Certificate.hash(of: certificate)
    }

    /// Accusations that are none, of the liar itself as far as a real signature is needed.
    private static func spoilEvidence(
        _ block: inout Block, _ rule: Rule, on disk: SimulatedDisk, by liar: ValidatorKeys
    ) {
        let (chainId, height) = (block.header.chainId, block.header.height)
        let (hash, other) = (disk.tip.hash, Keccak256.hash(disk.tip.hash.bytes))
        func vote(
            _ hash: Bytes32?, _ round: UInt32 = 0, _ type: VoteType = .prevote, at: UInt64? = nil,
            _ key: SecretKey? = nil
        ) -> Vote {
            .signed(
                type: type, height: at ?? height, round: round, blockHash: hash, chainId: chainId,
                key: key ?? liar.signing)
        }
        let real = Equivocation.votes(vote(hash), vote(other)).canonical
        switch rule {
        case .evidenceHash: block.header.evidenceHash = hash
        case .evidenceTwice: block.evidence = [real, real]
        case .evidenceOfTwoRounds:
            block.evidence = [real, Equivocation.votes(vote(hash, 1), vote(other, 1)).canonical]
        case .evidenceStale:
            // One block too old, and no more: its set is still known.
            let age = disk.genesis.validating.evidenceAge + 1
            guard height > age else { return }
            let old = height - age
            block.evidence = [Equivocation.votes(vote(hash, at: old), vote(other, at: old)).canonical]
        case .evidenceOfFuture:
            let next = height + 1
            block.evidence = [Equivocation.votes(vote(hash, at: next), vote(other, at: next)).canonical]
        case .evidenceForged:
            // Of the first other signer of the parent, with one real signature.
            guard let certificate = disk.tip.certificate else { return }
            let digest = voteDigest(certificate, chainId)
            let signers = certificate.signatures.compactMap { signature in
                signature.flatMap { try? $0.recoverAddress(digest: digest) }.map { (signature, $0) }
            }
            guard let (signature, signer) = signers.first(where: { $0.1 != liar.address }), let signature else {
                return
            }
            let said = Vote(
                type: .precommit, height: certificate.height, round: certificate.round, blockHash: hash,
                validator: signer, signature: signature)
            var invented = vote(other, certificate.round, .precommit, at: certificate.height)
            invented.validator = signer
            block.evidence = [Equivocation.votes(said, invented).canonical]
        case .evidenceOfNobody:
            let key = SimulatedChain.key("forger")
            let votes = [hash, other].map { vote($0, 0, .prevote, at: nil, key) }
            block.evidence = [Equivocation.votes(votes[0], votes[1]).canonical]
        case .evidenceOfOneVote: block.evidence = [.votes(vote(hash), vote(hash))]
        case .evidenceOfTwoSteps:
            block.evidence = [Equivocation.votes(vote(hash), vote(other, 0, .precommit)).canonical]
        case .evidenceOfVotesOfTwoRounds: block.evidence = [Equivocation.votes(vote(hash), vote(other, 1)).canonical]
        case .evidenceOutOfOrder:
            guard case .votes(let first, let second) = real else { return }
            block.evidence = [.votes(second, first)]
        default: return
        }
        guard rule != .evidenceHash else { return }
        block.header.evidenceHash = Block.evidenceHash(block.evidence)
        execute(&block, on: disk)
    }

    private static func voteDigest(_ certificate: Certificate, _ chainId: UInt64) -> Bytes32 {
        Keccak256.hash(
            ConsensusSignBytes.vote(
                chainId: chainId, type: .precommit, height: certificate.height, round: certificate.round,
                blockHash: certificate.blockHash))
    }

    /// Makes the header say what follows from its own claims.
    private static func execute(_ block: inout Block, on disk: SimulatedDisk) {
        let header = block.header
        guard let ledger = try? disk.restored().ledger,
            let evidence = try? EvidenceRules.verify(block.evidence, at: header.height, state: ledger.system)
        else { return }
        let context = ExecutionContext(
            height: header.height, proposer: header.proposer, baseFee: header.baseFee, mix: header.mix,
            originRound: header.originRound, evidence: evidence)
        var executor = BlockExecutor(
            context: context, parentHash: disk.tip.hash, state: ledger.system, accounts: ledger.accounts,
            tree: ledger.tree, preparer: JobFeed(ledger: ledger, program: SimulatedChain.checker.program),
            verifier: SimulatedChain.checker)
        for bytes in block.transactions {
            guard let transaction = try? VerifiedTransaction(decoding: bytes, chainId: header.chainId) else { return }
            _ = try? executor.apply(ExecutableTransaction(transaction: transaction))
        }
        let executed = executor.finish()
        let system = Receipt.system(logs: executed.systemLogs, cumulativeGasUsed: executed.gasUsed)
        block.header.gasUsed = executed.gasUsed
        block.header.receiptsRoot = Receipt.root(executed.receipts + [system])
        block.header.logsBloom = LogsBloom(executed.receipts.flatMap(\.logs) + executed.systemLogs)
        block.header.accountsRoot = executed.accountsRoot
        block.header.accountCount = executed.accountCount
        block.header.systemRoot = executed.systemRoot
        block.header.operationCount = UInt32(executed.operations.count)
        block.header.operationsDigest = executed.operationsDigest
    }

    private enum SyncLie: CaseIterable {
        case gap, reversed, wrongRoot, otherBody, otherCertificate, empty, shifted, repeated, tooMany, inventedBlock
        case badCertificate
    }

    /// An answer to a node that catches up, with something wrong in it.
    static func sync(
        _ honest: [SyncBlock], _ random: inout SimulationRandom, _ marks: inout Marks
    ) -> [SyncBlock] {
        guard let last = honest.indices.last else { return honest }
        var forged = honest
        let place = random.index(honest.count)
        let lie = random.pick(SyncLie.allCases)
        marks.hit("forged sync: \(lie)")
        switch lie {
        case .gap: forged.remove(at: place)
        case .reversed: forged.reverse()
        case .wrongRoot: forged[place].block.header.systemRoot = noise(&random)
        case .otherBody:
            // The header stands and is certified; the body is another one.
            forged[place].block.transactions.append([0x02, 0xc0])
        case .otherCertificate: forged[last].certificate.blockHash = noise(&random)
        case .empty: return []
        case .shifted: forged.removeFirst()
        case .repeated: forged.insert(forged[place], at: place)
        case .tooMany: forged += Array(repeating: forged[last], count: 40)
        case .inventedBlock:
            // With the certificate's own words for it.
            forged[place].block.header.timestamp += 1
            forged[place].certificate.blockHash = forged[place].block.hash
        case .badCertificate: forged[place].certificate = certificate(forged[place].certificate, &random, &marks)
        }
        return forged
    }

    private enum CertificateLie: CaseIterable {
        case tooFew, oneForAll, otherRound, slotAdded, slotDropped, unreadable, oneBad, oneBadMore
    }

    /// A certificate that proves nothing.
    static func certificate(
        _ honest: Certificate, _ random: inout SimulationRandom, _ marks: inout Marks
    ) -> Certificate {
        var forged = honest
        let signers = forged.signatures.indices.filter { forged.signatures[$0] != nil }
        guard let first = signers.first, let last = signers.last else { return forged }
        let lie = random.pick(CertificateLie.allCases)
        marks.hit("forged certificate: \(lie)")
        switch lie {
        case .tooFew: for index in signers.dropFirst(signers.count / 3) { forged.signatures[index] = nil }
        case .oneForAll:
            for index in forged.signatures.indices { forged.signatures[index] = forged.signatures[first] }
        // The signatures are real, for something else.
        case .otherRound: forged.round &+= 1
        case .slotAdded: forged.signatures.append(forged.signatures[last])
        case .slotDropped: forged.signatures.removeLast()
        case .unreadable: makeUnreadable(&forged)
        // All but one are good.
        case .oneBad: forged.signatures[last] = SimulatedChain.key("forger").sign(noise(&random))
        case .oneBadMore: addBadSignature(&forged)
        }
        return forged
    }

    /// Signs for somebody who did not; the quorum is as it was.
    private static func addBadSignature(_ certificate: inout Certificate) {
        let slot = certificate.signatures.lastIndex { $0 == nil } ?? certificate.signatures.count - 1
        certificate.signatures[slot] = SimulatedChain.key("forger").sign(certificate.blockHash)
    }

    /// Puts into the last slot what no key gives: no point of the curve has the x-coordinate 5.
    private static func makeUnreadable(_ certificate: inout Certificate) {
        guard let slot = certificate.signatures.indices.last else { return }
        let (five, one) = (Bytes32(words: 0, 0, 0, 5), Bytes32(words: 0, 0, 0, 1))
        certificate.signatures[slot] = try? RecoverableSignature(r: five, s: one, recoveryId: 0)
    }

    static func noise(_ random: inout SimulationRandom) -> Bytes32 {
        Bytes32(words: random.next(), random.next(), random.next(), random.next())
    }
}
