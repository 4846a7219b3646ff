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
        case slotAdded, slotDropped, signatureUnreadable
    }

    /// A block to follow `disk`'s tip that breaks one rule and, as far as that can be, no other: who lacks the check
    /// finds nothing wrong with it.
    static func block(
        _ honest: ProposedBlock, on disk: SimulatedDisk, _ random: inout SimulationRandom
    ) -> ProposedBlock {
        var forged = honest
        switch random.pick(Rule.allCases) {
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

    /// An answer to a node that catches up, with something wrong in it.
    static func sync(_ honest: [SyncBlock], _ random: inout SimulationRandom) -> [SyncBlock] {
        guard let last = honest.indices.last else { return honest }
        var forged = honest
        let place = random.index(honest.count)
        switch random.index(10) {
        case 0: forged.remove(at: place)
        case 1: forged.reverse()
        case 2: forged[place].block.header.systemRoot = noise(&random)
        case 3, 6:
            // The header stands and is certified; the body is another one.
            forged[place].block.transactions.append([0x02, 0xc0])
        case 4: forged[last].certificate.blockHash = noise(&random)
        case 5: return []
        default: forged[place].certificate = certificate(forged[place].certificate, &random)
        }
        return forged
    }

    /// A certificate that proves nothing.
    static func certificate(_ honest: Certificate, _ random: inout SimulationRandom) -> Certificate {
        var forged = honest
        let signers = forged.signatures.indices.filter { forged.signatures[$0] != nil }
        guard let first = signers.first, let last = signers.last else { return forged }
        switch random.index(7) {
        case 0:
            // Too few.
            for index in signers.dropFirst(signers.count / 3) { forged.signatures[index] = nil }
        case 1:
            // One signature in all slots.
            for index in forged.signatures.indices { forged.signatures[index] = forged.signatures[first] }
        case 2:
            // Of another round: the signatures are real, for something else.
            forged.round &+= 1
        case 3: forged.signatures.append(forged.signatures[last])
        case 4: forged.signatures.removeLast()
        case 5: makeUnreadable(&forged)
        default:
            // All but one are good.
            forged.signatures[last] = SimulatedChain.key("forger").sign(noise(&random))
        }
        return forged
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
