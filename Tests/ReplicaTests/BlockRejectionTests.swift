import ByteCodec
import ChainTypes
import Cryptography
import Execution
import ProofField
import Replica
import SampleChain
import Testing

@Suite("Why a block is rejected")
struct BlockRejectionTests {
    /// A chain whose next block, not committed, holds a transfer and two proving transactions.
    private struct Scenario: Sendable {
        var node: SampleNode
        var proposed: ProposedBlock
    }

    private static let scenario = Result {
        var scenario = try ProvenJobScenario.atT1.get()
        try scenario.node.transfer(from: 5, to: SampleGenesis.owner(3), value: 11)
        #expect(try scenario.team.act(on: &scenario.node) == [])
        let node = scenario.node
        var builder = node
        let proposed = try builder.begin().compactMap {
            if case .persistSignState(_, let block) = $0 { block } else { nil }
        }
        // Not `#require`: its error would count as recorded in the first test that meets it, and pass in the others.
        guard let first = proposed.first else { throw SampleNode.Failure.noBlock(node.height + 1) }
        return Scenario(node: node, proposed: first)
    }

    /// What the node says to the block with something changed.
    private func rejectionAfter(_ change: (inout ProposedBlock) throws -> Void) throws -> BlockRejection? {
        let scenario = try Self.scenario.get()
        var proposed = scenario.proposed
        try change(&proposed)
        return try scenario.node.replica.rejection(of: proposed)
    }

    private func rejection(header change: (inout BlockHeader) -> Void) throws -> BlockRejection? {
        try rejectionAfter { change(&$0.block.header) }
    }

    @Test("the builder's own block passes")
    func valid() throws {
        let proposed = try Self.scenario.get().proposed
        #expect(proposed.payloads.count == 2)
        #expect(proposed.block.transactions.count == 3)
        #expect(try rejectionAfter { _ in } == nil)
    }

    @Test("chain, height, parent, time, gas limit and base fee")
    func place() throws {
        #expect(try rejection(header: { $0.chainId += 1 }) == .wrongChain)
        #expect(try rejection(header: { $0.height += 1 }) == .wrongHeight)
        #expect(try rejection(header: { $0.height -= 1 }) == .wrongHeight)
        #expect(try rejection(header: { $0.parentHash = .zero }) == .wrongParent)
        let parent = try Self.scenario.get().node.replica.tip.header.timestamp
        #expect(try rejection(header: { $0.timestamp = parent }) == .timestampNotLater)
        #expect(try rejection(header: { $0.timestamp = parent + 1 }) == nil)
        #expect(try rejection(header: { $0.gasLimit += 1 }) == .wrongGasLimit)
        #expect(try rejection(header: { $0.baseFee += 1 }) == .wrongBaseFee)
    }

    @Test("proposer, randomness and validators")
    func proposer() throws {
        #expect(try rejection(header: { $0.proposer = SampleGenesis.owner(0) }) == .unknownProposer)
        #expect(try rejection(header: { $0.vrfProof[40] ^= 1 }) == .invalidRandomness)
        #expect(try rejection(header: { $0.vrfProof = [] }) == .invalidRandomness)
        #expect(try rejection(header: { $0.mix = .zero }) == .wrongMix)
        #expect(try rejection(header: { $0.validatorsHash = .zero }) == .wrongValidators)
        #expect(try rejection(header: { $0.nextValidatorsHash = .zero }) == .wrongValidators)
    }

    @Test("a validator that was not elected for the origin round is not the proposer")
    func notTheProposer() throws {
        let second = try ValidatorKeys(seed: Keccak256.hash(utf8: "second validator").bytes)
        let genesis = SampleGenesis.make {
            $0.validators.append(
                Validator(
                    address: second.address, signingKey: second.signing.publicKey, vrfKey: second.vrf.publicKey,
                    power: 1))
        }
        let node = try SampleNode(genesis)
        var proposed = try Self.scenario.get().proposed
        proposed.block.header.height = 1
        proposed.block.header.parentHash = node.replica.tip.hash
        proposed.block.header.baseFee = node.replica.nextBaseFee
        let rejections = try [SampleGenesis.validator.address, second.address].map { address in
            proposed.block.header.proposer = address
            return try node.replica.rejection(of: proposed)
        }
        #expect(rejections.count { $0 == .notTheProposer } == 1)
    }

    @Test("the parent's certificate")
    func certificate() throws {
        #expect(try rejection(header: { $0.lastCertificateHash = .zero }) == .wrongLastCertificate)
        #expect(
            try rejectionAfter {
                $0.block.lastCertificate = nil
                $0.block.header.lastCertificateHash = Certificate.hash(of: nil)
            } == .wrongLastCertificate)
        func certified(_ change: (inout Certificate) -> Void) throws -> BlockRejection? {
            try rejectionAfter {
                var certificate = try #require($0.block.lastCertificate)
                change(&certificate)
                $0.block.lastCertificate = certificate
                $0.block.header.lastCertificateHash = Certificate.hash(of: certificate)
            }
        }
        #expect(try certified { $0.height -= 1 } == .certificate(.wrongHeight(have: 1, want: 2)))
        #expect(try certified { $0.signatures = [nil] } == .certificate(.insufficientPower(have: 0, total: 1)))
        let parent = try Self.scenario.get().node.replica.tip.hash
        #expect(try certified { $0.blockHash = .zero } == .certificate(.wrongBlock(have: .zero, want: parent)))
    }

    @Test("evidence: its hash, its rules, and what it does")
    func evidence() throws {
        let scenario = try Self.scenario.get()
        let height = scenario.node.height
        func votes(_ key: SecretKey, height: UInt64) -> Equivocation {
            let pair = ["left", "right"].map {
                Vote.signed(
                    type: .prevote, height: height, round: 0, blockHash: Keccak256.hash(utf8: $0),
                    chainId: SampleGenesis.chainId, key: key)
            }
            return Equivocation.votes(pair[0], pair[1]).canonical
        }
        func shown(_ list: [Equivocation]) throws -> BlockRejection? {
            try rejectionAfter {
                $0.block.evidence = list
                $0.block.header.evidenceHash = Block.evidenceHash(list)
            }
        }
        let guilty = votes(SampleGenesis.validator.signing, height: height)
        let stranger = SampleGenesis.user(1)
        #expect(try rejection(header: { $0.evidenceHash = .zero }) == .wrongEvidenceHash)
        #expect(try rejectionAfter { $0.block.evidence = [guilty] } == .wrongEvidenceHash)
        #expect(
            try shown([votes(stranger, height: height)]) == .evidence(.notAValidator(stranger.address)))
        #expect(
            try shown([votes(SampleGenesis.validator.signing, height: height + 2)])
                == .evidence(.ofTheFuture(height: height + 2)))
        #expect(try shown([guilty, guilty]) == .evidence(.notRising))
        // Good evidence, whose punishment the header does not have.
        #expect(try shown([guilty]) == .wrongReceipts)
    }

    @Test("transactions: their root, their form, their number and size")
    func transactions() throws {
        func body(_ change: (inout [[UInt8]]) throws -> Void) throws -> BlockRejection? {
            try rejectionAfter {
                try change(&$0.block.transactions)
                $0.block.header.transactionsRoot = Block.transactionsRoot($0.block.transactions)
            }
        }
        #expect(try rejectionAfter { $0.block.transactions.removeLast() } == .wrongTransactionsRoot)
        #expect(try body { $0[2] = [0x7f] } == .transaction(2, .unsupportedType(0x7f)))
        #expect(try body { $0[2] = [] } == .transaction(2, .empty))
        #expect(try body { $0 += [[UInt8]](repeating: [0], count: 20_001) } == .tooManyTransactions)
        #expect(try body { $0.append([UInt8](repeating: 0, count: 4 << 20)) } == .tooLarge)
        #expect(try body { $0.append($0[2]) } == .inclusion(3, .wrongNonce(next: 1, got: 0)))
    }

    @Test("payloads: missing, another one, one too many")
    func payloads() throws {
        #expect(try rejectionAfter { $0.payloads.removeLast() } == .payload(1))
        #expect(try rejectionAfter { $0.payloads[0][9] ^= 1 } == .payload(0))
        #expect(try rejectionAfter { $0.payloads[1].append(0) } == .payload(1))
        #expect(try rejectionAfter { $0.payloads.append([]) } == .surplusPayload)
    }

    @Test("what execution gives: verdicts, gas, receipts, operations, both roots")
    func results() throws {
        #expect(try rejection(header: { $0.verdicts = [true, false] }) == .wrongVerdicts)
        #expect(try rejection(header: { $0.verdicts = [true] }) == .wrongVerdicts)
        #expect(try rejection(header: { $0.gasUsed -= 1 }) == .wrongGasUsed)
        #expect(try rejection(header: { $0.receiptsRoot = .zero }) == .wrongReceipts)
        #expect(try rejection(header: { $0.logsBloom.insert([1]) }) == .wrongReceipts)
        #expect(try rejection(header: { $0.operationCount += 1 }) == .wrongOperations)
        #expect(try rejection(header: { $0.operationsDigest = .zero }) == .wrongOperations)
        #expect(try rejection(header: { $0.accountsRoot = .zero }) == .wrongAccountsRoot)
        #expect(try rejection(header: { $0.accountCount += 1 }) == .wrongAccountsRoot)
        #expect(try rejection(header: { $0.systemRoot = .zero }) == .wrongSystemRoot)
    }
}
