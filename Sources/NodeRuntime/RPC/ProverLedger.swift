import ByteCodec
import ChainTypes
import Cryptography
import JSONRPC
import Mempool
import ProvingRules
import Replica
import Storage
import SystemState

/// What became of one prover's money, booking by booking, read from the blocks' receipts: it does not end with the
/// jobs' records, and every line is bound by a receipts root.
struct ProverLedger {
    /// One booking, in wei.
    struct Entry {
        enum Kind: String { case reward, penalty, fee, stake, withdrawal, claim }

        var height: UInt64
        var time: UInt64
        var kind: Kind
        var reason: String
        var amount: UInt128
        /// Nil for what concerns no job.
        var jobId: Bytes32?
        var transactionHash: Bytes32
    }

    private let owner: Address
    private let recipient: Address

    init(owner: Address, recipient: Address) {
        self.owner = owner
        self.recipient = recipient
    }

    private static let jobEvents: [(topic: Bytes32, kind: Entry.Kind)] = [
        (ABI.eventTopic("RewardPaid(bytes32,address,uint256,string)"), .reward),
        (ABI.eventTopic("Penalised(bytes32,address,uint256,string)"), .penalty),
    ]
    private static let registryEvents: [(topic: Bytes32, kind: Entry.Kind, reason: String)] = [
        (ABI.eventTopic("StakeDeposited(address,uint256,uint64)"), .stake, "deposit"),
        (ABI.eventTopic("StakeWithdrawn(address,uint256)"), .withdrawal, "withdraw"),
    ]
    private static let registered = ABI.eventTopic("ProverRegistered(address,address,address,uint256)")
    private static let claimed = ABI.eventTopic("Claimed(address,uint256)")
    /// Events of proving transactions that were charged a fee; the owner is their second indexed field.
    private static let sent: [(topic: Bytes32, reason: String)] = [
        (ABI.eventTopic("Committed(bytes32,address,uint8)"), "commitment"),
        (ABI.eventTopic("Submitted(bytes32,address,uint32)"), "submission"),
        (ABI.eventTopic("FullProofAccepted(bytes32,address,uint8,uint32)"), "fullProof"),
        (ABI.eventTopic("ProofRejected(bytes32,address,uint8)"), "invalidProof"),
    ]

    /// The bookings of a block, in order; nil when the block is not there.
    func entries(at height: UInt64, in snapshot: borrowing ReadSnapshot) throws(StorageFault) -> [Entry]? {
        guard let block = try snapshot.block(at: height) else { return nil }
        let bloom = block.header.logsBloom
        guard bloom.mayContain(Self.word(owner).bytes) || bloom.mayContain(Self.word(recipient).bytes),
            let report = try snapshot.report(of: block)
        else { return [] }
        var entries: [Entry] = []
        for placed in report.logs { entries += self.entries(of: placed, report) }
        return entries
    }

    private static func word(_ address: Address) -> Bytes32 {
        Bytes32([UInt8](repeating: 0, count: 12) + address.bytes) ?? .zero
    }

    private func entries(of placed: PlacedLog, _ report: BlockReport) -> [Entry] {
        let topics = placed.log.topics
        guard let event = topics.first, topics.count > 1 else { return [] }
        switch SystemContract(address: placed.log.address) {
        case .provingJobs:
            guard topics.count > 2, topics[2] == Self.word(owner) else { return [] }
            if let known = Self.jobEvents.first(where: { $0.topic == event }) {
                return [amountAndReason(placed, kind: known.kind, job: topics[1])].compactMap { $0 }
            }
            guard let sent = Self.sent.first(where: { $0.topic == event }) else { return [] }
            return [fee(placed, report, sent.reason, job: topics[1])].compactMap { $0 }
        case .proverRegistry:
            guard topics[1] == Self.word(owner) else { return [] }
            if event == Self.registered {
                return [entry(placed, .stake, "register", placed.log.data.suffix(32))].compactMap { $0 }
            }
            guard let known = Self.registryEvents.first(where: { $0.topic == event }) else { return [] }
            return [entry(placed, known.kind, known.reason, placed.log.data.prefix(32))].compactMap { $0 }
        case .claims:
            guard event == Self.claimed, topics[1] == Self.word(recipient) else { return [] }
            return [entry(placed, .claim, "claim", placed.log.data.prefix(32))].compactMap { $0 }
        default: return []
        }
    }

    private func entry(
        _ placed: PlacedLog, _ kind: Entry.Kind, _ reason: String, _ word: ArraySlice<UInt8>, job: Bytes32? = nil
    ) -> Entry? {
        var reader = ABIReader(Array(word))
        guard let amount = try? reader.readUInt128() else { return nil }
        return Entry(
            height: placed.height, time: placed.timestamp, kind: kind, reason: reason, amount: amount, jobId: job,
            transactionHash: placed.transactionHash)
    }

    private func amountAndReason(_ placed: PlacedLog, kind: Entry.Kind, job: Bytes32) -> Entry? {
        var reader = ABIReader(placed.log.data)
        guard let amount = try? reader.readUInt128(), let reason = try? reader.readString(maxCount: 64) else {
            return nil
        }
        return Entry(
            height: placed.height, time: placed.timestamp, kind: kind, reason: reason, amount: amount, jobId: job,
            transactionHash: placed.transactionHash)
    }

    /// What the prover's stake paid for the transaction.
    private func fee(_ placed: PlacedLog, _ report: BlockReport, _ reason: String, job: Bytes32) -> Entry? {
        let receipts = report.receipts.receipts
        guard receipts.indices.contains(placed.transactionIndex) else { return nil }
        let receipt = receipts[placed.transactionIndex]
        let amount = UInt128(receipt.gasUsed).multipliedReportingOverflow(by: receipt.effectiveGasPrice)
        return Entry(
            height: placed.height, time: placed.timestamp, kind: .fee, reason: reason,
            amount: amount.overflow ? .max : amount.partialValue, jobId: job,
            transactionHash: placed.transactionHash)
    }
}

extension NodeRPC {
    /// Blocks that one answer of cairn_proverLedger looks through, at most.
    private static let maxLedgerBlocks: UInt64 = 10_000

    /// cairn_: what a prover earned and lost, and what is asked of one.
    static let cairnLedger: [String: Method] = [
        "cairn_proverLedger": { rpc, params, _ in
            try await rpc.ledger(of: try params[0].address(), params[1])
        },
        "cairn_proverRequirements": { rpc, _, _ in ProverRequirements.json(rpc.host.checker, rpc.genesis) },
    ]

    private func ledger(of address: Address, _ argument: RPCArgument) async throws -> JSONValue {
        let system = await host.read { replica in replica.ledger.system }
        let prover = system.prover(named: address)
        let owner = prover?.owner ?? address
        let head = system.height
        let options = argument.ifPresent
        let to = min(try options?.member("toBlock").ifPresent?.count() ?? head, head)
        let reach = to >= Self.maxLedgerBlocks ? to - Self.maxLedgerBlocks + 1 : 1
        let from = max(try options?.member("fromBlock").ifPresent?.count() ?? reach, 1)
        guard to < from || to - from < Self.maxLedgerBlocks else {
            throw RPCError.invalidParams("fromBlock: expected at most \(Self.maxLedgerBlocks) blocks up to toBlock")
        }
        let ledger = ProverLedger(owner: owner, recipient: prover?.recipient ?? owner)
        let entries = try store.read { snapshot throws(StorageFault) -> [ProverLedger.Entry] in
            var entries: [ProverLedger.Entry] = []
            var height = from
            while height <= to, let found = try ledger.entries(at: height, in: snapshot) {
                entries += found
                height += 1
            }
            return entries
        }
        return [
            "owner": .data(owner), "from": JSONValue(from), "to": JSONValue(to),
            "entries": .list(entries) { entry in
                [
                    "height": JSONValue(entry.height), "time": JSONValue(entry.time),
                    "kind": .string(entry.kind.rawValue), "reason": .string(entry.reason),
                    "amount": .quantity(entry.amount), "jobId": .optional(entry.jobId) { .data($0) },
                    "job": .heightOrNull(entry.jobId.flatMap { system.jobNumbers[$0] }),
                    "transactionHash": .data(entry.transactionHash),
                ]
            },
        ]
    }
}
