import ChainTypes
import Circuits
import NodeRuntime
import Replica
import STARKCore

/// A chain of one validator on disk, driven as fast as it goes.
actor BenchChain {
    private let store: ChainStore
    private var replica: Replica
    private var now: UInt64
    /// Transfers in committed blocks.
    private(set) var committed = 0
    /// CPU seconds of this actor's steps by what they were spent on; the database's own threads are not in them.
    private(set) var stages = ["admit": 0.0, "execute": 0.0, "commit": 0.0]

    init(store: ChainStore, genesis: Genesis, keys: ValidatorKeys) throws {
        self.store = store
        now = genesis.timestamp
        replica = Replica(
            genesis: genesis, keys: keys, restored: try store.load(validator: keys.address),
            checker: ProofChecker(program: try BlockProgram(parameters: .profileA)))
    }

    var transactions: TransactionChecker { replica.transactions }

    /// Offers the transactions, and decides and writes the next block.
    func advance(_ transactions: [VerifiedTransaction]) throws {
        stages["admit", default: 0] += try CPUTime.ofThread {
            for transaction in transactions { _ = try replica.step(.submit(transaction, payload: nil)) }
        }
        now += 1_000
        var effects: [ReplicaEffect] = []
        stages["execute", default: 0] += try CPUTime.ofThread {
            effects = try replica.step(.beginHeight(replica.tip.header.height + 1, now: now))
        }
        stages["commit", default: 0] += try CPUTime.ofThread {
            for effect in effects {
                switch effect {
                case .persistSignState(let state, let proposed): try store.persistSignState(state, proposed: proposed)
                case .commit(let block):
                    try store.commit(block)
                    committed += block.transactions.count
                default: break
                }
            }
        }
    }

    /// Decides blocks of `perBlock` transactions from their bytes. The senders of the next block are recovered while
    /// this one is executed, as in a node that receives them.
    nonisolated func decide(_ encoded: [[UInt8]], perBlock: Int) async throws {
        let checker = await transactions
        let batches = stride(from: 0, to: encoded.count, by: perBlock).map {
            Array(encoded[$0..<min($0 + perBlock, encoded.count)])
        }
        var recovered = try await SignatureRecovery.verify(batches[0], with: checker).map { try $0.get() }
        for index in batches.indices {
            let next = index + 1 < batches.count ? batches[index + 1] : []
            async let ahead = SignatureRecovery.verify(next, with: checker)
            try await advance(recovered)
            recovered = try await ahead.map { try $0.get() }
        }
    }
}
