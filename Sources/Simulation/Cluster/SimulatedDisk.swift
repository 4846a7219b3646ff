import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import Consensus
import Cryptography
import Replica
import SystemState

/// What survives a crash of a node, made of nothing but the effects that were carried out. The sign state is kept as
/// bytes: it must be read back from them.
struct SimulatedDisk: Sendable {
    private let genesis: Genesis
    private(set) var tip: ChainTip
    private(set) var signState: [UInt8]?
    private(set) var proposed: ProposedBlock?
    private var accounts: MemoryAccounts
    private var records: [[UInt8]: [UInt8]] = [:]
    private var operations: [UInt64: [AccountOperation]] = [:]
    private(set) var blocks: [SyncBlock] = []

    init(genesis: Genesis) throws {
        self.genesis = genesis
        guard let accounts = MemoryAccounts(genesis.accounts) else { throw SimulatedChain.Failure.badGenesis }
        self.accounts = accounts
        var state = try SystemState(genesis: genesis, mix: Randao.genesisMix(genesis.hash))
        let root = state.root()
        for (key, value) in state.takeChanges() { records[key] = value }
        guard
            let header = genesis.header(
                accountsRoot: AccountTree(accounts: genesis.accounts).root, systemRoot: root,
                operationsDigest: OperationsTree([]).digest)
        else { throw SimulatedChain.Failure.badGenesis }
        tip = ChainTip(header: header, certificate: nil)
    }

    var height: UInt64 { tip.header.height }

    mutating func persist(_ state: SignState, proposed block: ProposedBlock?) {
        signState = state.encoded
        proposed = block
    }

    /// As a disk that lost or damaged it.
    mutating func replaceSignState(_ bytes: [UInt8]?) {
        signState = bytes
        if bytes == nil { proposed = nil }
    }

    mutating func commit(_ committed: CommittedBlock) {
        let height = committed.block.header.height
        tip = ChainTip(header: committed.block.header, certificate: committed.certificate)
        accounts.apply(committed.accounts)
        for (key, value) in committed.systemChanges { records[key] = value }
        operations[height] = committed.operations
        blocks.append(SyncBlock(committed))
        operations = operations.filter { $0.key > committed.provenHeight }
    }

    /// What a node finds when it starts.
    func restored() throws(SimulationFailure) -> RestoredChain {
        var system: SystemState
        do { system = try SystemState(genesis: genesis, records: records.map { ($0.key, $0.value) }) } catch {
            throw SimulationFailure(.durability, "the records at height \(height) cannot be read: \(error)")
        }
        guard system.root() == tip.header.systemRoot else {
            throw SimulationFailure(.roots, "the records at height \(height) are not those of the header")
        }
        let ledger = Ledger(accounts: accounts, system: system, operations: operations.filter { !$0.value.isEmpty })
        guard ledger.tree.root == tip.header.accountsRoot else {
            throw SimulationFailure(.roots, "the accounts at height \(height) are not those of the header")
        }
        var state: SignState?
        if let signState {
            do { state = try SignState(decoding: signState) } catch {
                throw SimulationFailure(.durability, "the sign state at height \(height) cannot be read: \(error)")
            }
        }
        return RestoredChain(tip: tip, ledger: ledger, signState: state, proposed: proposed)
    }

    /// Blocks for a peer that catches up.
    func blocks(from: UInt64, count: UInt32) -> [SyncBlock] {
        guard from > 0, from <= UInt64(blocks.count) else { return [] }
        return Array(blocks[(Int(from) - 1)...].prefix(Int(count)))
    }

    /// Hash of all that follows from the blocks alone: equal on all nodes at a height, however they came there.
    var digest: Bytes32 {
        var writer = ByteWriter()
        writer.bytes32(tip.hash)
        for (key, value) in records.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            writer.bytes(key)
            writer.bytes(value)
        }
        for account in accounts.accounts {
            writer.address(account.address)
            writer.u64(account.nonce)
            writer.raw(Bytes32(account.balance).bytes)
        }
        return Keccak256.hash(writer.bytes)
    }
}
