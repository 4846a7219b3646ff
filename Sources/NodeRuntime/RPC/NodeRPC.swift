import ByteCodec
import ChainTypes
package import JSONRPC
import Storage

/// The node's JSON-RPC methods over its host and its chain store.
package struct NodeRPC: RPCHandler {
    let host: NodeHost
    /// Nil for a node alone.
    let peers: NodePeers?
    let filters = FilterTable()
    let subscriptions = Subscriptions()
    let waitingCalls = WaitingCalls()
    let times = BlockTimes()

    package init(host: NodeHost, peers: NodePeers? = nil) {
        self.host = host
        self.peers = peers
    }

    typealias Method = @Sendable (NodeRPC, RPCParameters, RPCContext) async throws -> JSONValue

    /// Every method by its name.
    static let methods: [String: Method] = {
        let groups = [
            ethereumBlocks, ethereumState, ethereumTransactions, ethereumFees, ethereumLogs, network, pool, peerMethods,
            cairnChain, cairnJobs, cairnProvers, cairnValidators, cairnMarket, cairnLedger,
        ]
        return groups.reduce(into: [:]) { all, group in all.merge(group) { first, _ in first } }
    }()

    /// The names of all methods, sorted.
    package static var methodNames: [String] { methods.keys.sorted() }

    package func call(
        method: String, params: JSONValue?, context: RPCContext
    ) async -> Result<JSONValue, RPCError> {
        guard let body = Self.methods[method] else { return .failure(.methodNotFound(method)) }
        do {
            return .success(try await body(self, try RPCParameters(params), context))
        } catch let error as RPCError {
            return .failure(error)
        } catch let fault as StorageFault {
            await host.readFailed(fault)
            return .failure(.internal(fault.message))
        } catch {
            return .failure(.internal("\(error)"))
        }
    }
}

// MARK: - What methods share

extension NodeRPC {
    var genesis: Genesis { host.genesis }
    var chainId: UInt64 { host.genesis.chainId }
    var store: Store { host.chain.store }

    static let headerNotFound = RPCError.server("header not found")

    /// Geth's code and text for history that a node does not keep: an empty answer would pass for "nothing happened".
    static func pruned(before base: UInt64) -> RPCError {
        RPCError(code: 4444, message: "pruned history unavailable: the blocks of this node begin at \(base)")
    }

    /// The height that a reference means; nil when there is no such block.
    func height(of reference: BlockReference, in snapshot: borrowing ReadSnapshot) throws(StorageFault) -> UInt64? {
        let head = try snapshot.head().height
        switch reference {
        case .latest, .pending, .safe, .finalized: return head
        case .earliest: return try snapshot.base()
        case .number(let number): return try number >= snapshot.base() && number <= head ? number : nil
        case .hash(let hash, _): return try snapshot.height(ofBlock: hash)
        }
    }

    /// The block that a reference means, with its receipts.
    func report(of reference: BlockReference) throws(StorageFault) -> BlockReport? {
        try store.read { snapshot throws(StorageFault) -> BlockReport? in
            guard let height = try height(of: reference, in: snapshot) else { return nil }
            return try snapshot.report(at: height)
        }
    }

    /// An account as of a block; `header not found` when there is no such block.
    func account(_ address: Address, at reference: BlockReference) throws -> Account? {
        let found = try store.read { snapshot throws(StorageFault) -> (isKnown: Bool, account: Account?) in
            guard let height = try height(of: reference, in: snapshot) else { return (false, nil) }
            return (true, try snapshot.account(address, at: height))
        }
        guard found.isKnown else { throw Self.headerNotFound }
        return found.account
    }

    /// Refuses a reference to a block that is not there.
    func requireBlock(_ reference: BlockReference) throws {
        let found = try store.read { snapshot throws(StorageFault) -> UInt64? in
            try height(of: reference, in: snapshot)
        }
        guard found != nil else { throw Self.headerNotFound }
    }

    /// The first block that is here: 0, or that of the snapshot with which the node began.
    func base() throws(StorageFault) -> UInt64 {
        try store.read { snapshot throws(StorageFault) -> UInt64 in try snapshot.base() }
    }

    func head() throws(StorageFault) -> UInt64 {
        try store.read { snapshot throws(StorageFault) -> UInt64 in try snapshot.head().height }
    }
}
