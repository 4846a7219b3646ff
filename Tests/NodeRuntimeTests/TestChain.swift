import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import Foundation
import JSONRPC
import Mempool
import NodeRuntime
import Replica
import STARKCore

/// A directory of a test's own, removed with the value.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(component: "cairn-node-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path(percentEncoded: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Files of the repository.
enum Repository {
    static func bytes(_ path: String, from file: String = #filePath) throws -> [UInt8] {
        let root = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: root.appending(path: path)))
    }
}

/// A chain of one validator on disk, driven block by block without a clock.
struct TestChain {
    static let start: UInt64 = 1_700_000_000_000
    static let recipient = Address(lowBytes: 0xbeef)

    let directory: TemporaryDirectory
    let devnet: DevnetGenesis
    let checker: ProofChecker
    var store: ChainStore
    var replica: Replica

    init(
        provers: Int = 0, blockIntervalMilliseconds: UInt64? = nil, _ change: (inout Genesis) -> Void = { _ in }
    ) throws {
        var template = try GenesisFile.parseTemplate(try Repository.bytes("Genesis/devnet.json"))
        change(&template)
        directory = try TemporaryDirectory()
        devnet = try DevnetGenesis.make(
            template: template, validators: 1, provers: provers,
            blockIntervalMilliseconds: blockIntervalMilliseconds, timestamp: Self.start)
        checker = ProofChecker(program: try BlockProgram(parameters: .insecureTest))
        store = try ChainStore.open(path: Self.path(directory), genesis: devnet.genesis)
        replica = Replica(
            genesis: devnet.genesis, keys: devnet.validators[0], restored: try Self.load(store, devnet),
            checker: checker)
    }

    /// The database is a folder of its own: the sign state lies beside it.
    static func path(_ directory: TemporaryDirectory) -> String { directory.path + "/chain" }

    private static func load(_ store: ChainStore, _ devnet: DevnetGenesis) throws -> RestoredChain {
        try store.load(validator: devnet.validators[0].address)
    }

    var genesis: Genesis { devnet.genesis }
    var key: SecretKey { get throws { try DevnetKeys.account(0) } }
    var sender: Address { get throws { try key.publicKey.address } }

    /// Decides one block and writes what the replica asks to have written, in order.
    mutating func advance() throws {
        let height = replica.tip.header.height + 1
        let now = Self.start + height * 2_000
        let effects = try replica.step(height == 1 ? .start(now: now) : .beginHeight(height, now: now))
        for effect in effects {
            switch effect {
            case .persistSignState(let state, let proposed):
                try store.persistSignState(state, proposed: proposed)
            case .commit(let block): try store.commit(block)
            case .halt(let reason): throw Failure(reason: reason)
            default: continue
            }
        }
        guard replica.tip.header.height == height else { throw Failure(reason: "height \(height) was not decided") }
    }

    mutating func submit(_ transaction: VerifiedTransaction, payload: [UInt8]? = nil) throws {
        for case .refused(_, let refusal) in try replica.step(.submit(transaction, payload: payload)) {
            throw Failure(reason: refusal.message)
        }
    }

    /// Closes the directory and starts again from what is in it.
    mutating func restart() throws {
        store.close()
        store = try ChainStore.open(path: Self.path(directory), genesis: genesis)
        replica = Replica(
            genesis: genesis, keys: devnet.validators[0], restored: try Self.load(store, devnet),
            checker: checker)
    }

    /// A host over the chain as it stands, which takes calls but decides nothing until it runs.
    func host(pendingFile: PendingFile? = nil) throws -> NodeHost {
        NodeHost(
            chain: store, restored: try Self.load(store, devnet), keys: devnet.validators[0], checker: checker,
            clock: { Self.start + 1_000_000 }, pendingFile: pendingFile)
    }

    func transfer(
        nonce: UInt64, to: Address = recipient, value: UInt128 = Unit.cairn, data: [UInt8] = [],
        gasLimit: UInt64 = 100_000, kind: TransactionKind = .dynamicFee
    ) throws -> VerifiedTransaction {
        try OrdinaryTransaction(
            kind: kind, chainId: genesis.chainId, nonce: nonce,
            maxPriorityFeePerGas: kind == .dynamicFee ? Unit.gwei : 3 * Unit.gwei, maxFeePerGas: 3 * Unit.gwei,
            gasLimit: gasLimit, to: to, value: value, data: data
        ).sign(with: try key)
    }

    struct Failure: Error { var reason: String }
}

extension NodeRPC {
    /// The result of a call, or the error object thrown.
    func ask(_ method: String, _ params: JSONValue...) async throws -> JSONValue {
        try await call(method: method, params: .array(params), context: RPCContext()).get()
    }
}
