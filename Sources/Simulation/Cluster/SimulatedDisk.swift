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
    let genesis: Genesis
    private(set) var tip: ChainTip
    private(set) var signState: [UInt8]?
    private(set) var proposed: ProposedBlock?
    private var accounts: MemoryAccounts
    private var records: [[UInt8]: [UInt8]] = [:]
    private var operations: [UInt64: [AccountOperation]] = [:]
    private(set) var blocks: [SyncBlock] = []
    /// Hash of the head block, as a record of its own.
    private var head: Bytes32
    /// What cannot be read any more.
    private var damage: String?
    /// Off for the referee, which nobody damages: it starts from its disk at each height.
    var checksOperations = true

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
        head = header.hash
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
        head = committed.hash
        accounts.apply(committed.accounts)
        for (key, value) in committed.systemChanges { records[key] = value }
        operations[height] = committed.operations
        blocks.append(SyncBlock(committed))
        operations = operations.filter { $0.key > committed.provenHeight }
    }

    /// What a node finds when it starts, read and checked as `ChainStore` does it.
    func restored() throws(StorageFault) -> RestoredChain {
        if let damage { throw Self.fault(damage) }
        var system: SystemState
        do { system = try SystemState(genesis: genesis, records: records.map { ($0.key, $0.value) }) } catch {
            throw Self.fault("system records: \(error)")
        }
        let root = system.root()
        guard tip.hash == head else { throw Self.fault("head block") }
        var state: SignState?
        if let signState {
            do { state = try SignState(decoding: signState) } catch { throw Self.fault("sign state: \(error)") }
        }
        let restored = RestoredChain(
            tip: tip, ledger: Ledger(accounts: accounts, system: system, operations: heldOperations),
            signState: state, proposed: proposed)
        try restored.check(genesis: genesis, systemRoot: root)
        guard checksOperations else { return restored }
        for height in system.unproven.keys {
            try restored.check(operationsAt: height, of: blocks[Int(height) - 1].block.header)
        }
        return restored
    }

    /// Operations of blocks that have some.
    var heldOperations: [UInt64: [AccountOperation]] { operations.filter { !$0.value.isEmpty } }

    private static func fault(_ what: String) -> StorageFault { StorageFault(kind: .corruption, message: what) }

    // MARK: Damage

    enum Place: String, CaseIterable {
        case head, block, certificate, systemRecord, account, operations, proposed
    }

    /// Flips a bit of one record, or puts another record of its kind in its place. Returns what was done, and whether
    /// the record is read at the next start; nil when there is nothing to damage.
    mutating func damage(
        _ chosen: Place?, _ random: inout SimulationRandom
    ) -> (what: String, isOfStart: Bool)? {
        let (place, isFlip) = (chosen ?? random.pick(Place.allCases), random.percent(60))
        guard let last = blocks.indices.last else { return nil }
        let (one, other) = (random.index(blocks.count), random.index(blocks.count))
        let flip = Flip(bit: random.next())
        var isOfStart = true
        do {
            switch place {
            case .head: head = isFlip ? flip.flipped(head) : blocks[other].block.hash
            case .block:
                blocks[one].block =
                    isFlip ? try Block(decoding: flip.flipped(blocks[one].block.encoded)) : blocks[other].block
                isOfStart = one == last
                if isOfStart { tip = ChainTip(header: blocks[one].block.header, certificate: tip.certificate) }
            case .certificate:
                // That of the head is read at every start.
                let place = random.percent(50) ? last : one
                blocks[place].certificate =
                    isFlip
                    ? try Certificate(decoding: flip.flipped(blocks[place].certificate.encoded))
                    : blocks[other].certificate
                isOfStart = place == last
                if isOfStart { tip.certificate = blocks[place].certificate }
            case .systemRecord:
                let keys = records.keys.sorted { $0.lexicographicallyPrecedes($1) }
                let key = random.pick(keys)
                records[key] = isFlip ? flip.flipped(records[key] ?? []) : records[random.pick(keys)]
            case .account:
                var list = accounts.accounts
                let place = random.index(list.count)
                if isFlip {
                    list[place].balance ^= 1 << UInt128(random.below(127))
                } else {
                    list[place] = list[random.index(list.count)]
                }
                guard let changed = MemoryAccounts(list) else { throw Self.fault("accounts") }
                accounts = changed
            case .operations:
                let heights = heldOperations.keys.sorted()
                guard let height = heights.last else { return nil }
                let bytes = flip.flipped(AccountOperation.encodeList(operations[height] ?? []))
                operations[height] =
                    isFlip ? try AccountOperation.decodeList(bytes) : operations[random.pick(heights)]
            case .proposed:
                guard let block = proposed?.block else { return nil }
                proposed?.block = isFlip ? try Block(decoding: flip.flipped(block.encoded)) : blocks[other].block
            }
        } catch {
            // What cannot be read at all is noticed by whoever reads it; what is read at a start, then.
            if place == .block && one != last || place == .certificate { return nil }
            damage = "\(place.rawValue): \(error)"
        }
        return ("\(place.rawValue) \(isFlip ? "flipped" : "misdirected")", isOfStart)
    }

    /// One bit, drawn before it is known of how many.
    private struct Flip {
        let bit: UInt64
        func flipped(_ bytes: [UInt8]) -> [UInt8] {
            guard !bytes.isEmpty else { return bytes }
            var bytes = bytes
            let place = bit % UInt64(8 * bytes.count)
            bytes[Int(place / 8)] ^= 1 << UInt8(place % 8)
            return bytes
        }
        func flipped(_ hash: Bytes32) -> Bytes32 { Bytes32(flipped(hash.bytes)) ?? hash }
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
