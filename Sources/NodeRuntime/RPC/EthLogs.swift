import ByteCodec
import ChainTypes
import JSONRPC
import Storage

/// The criteria of eth_getLogs, eth_newFilter and a subscription to logs.
struct LogQuery: Sendable {
    static let maxBlocks: UInt64 = 10_000
    static let maxLogs = 10_000
    private static let maxAddresses = 1_000
    private static let maxTopics = 1_000

    var filter = LogFilter()
    var from: BlockReference?
    var to: BlockReference?
    var block: Bytes32?

    init(_ argument: RPCArgument) throws(RPCError) {
        guard let argument = argument.ifPresent else { return }
        from = try argument.member("fromBlock").ifPresent?.block()
        to = try argument.member("toBlock").ifPresent?.block()
        block = try argument.member("blockHash").ifPresent?.hash()
        guard block == nil || (from == nil && to == nil) else {
            throw .invalidParams("cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other")
        }
        if let address = try argument.member("address").ifPresent {
            if address.value?.array != nil {
                for element in try address.elements(atMost: Self.maxAddresses) {
                    filter.addresses.append(try element.address())
                }
            } else {
                filter.addresses = [try address.address()]
            }
        }
        guard let topics = try argument.member("topics").ifPresent else { return }
        for position in try topics.elements(atMost: Limits.maxLogTopics) {
            guard let present = position.ifPresent else {
                filter.topics.append([])
                continue
            }
            guard present.value?.array != nil else {
                filter.topics.append([try present.hash()])
                continue
            }
            var choices: [Bytes32] = []
            var matchesAll = false
            for element in try present.elements(atMost: Self.maxTopics) {
                // Geth reads a null among the choices as "anything".
                if let choice = element.ifPresent { choices.append(try choice.hash()) } else { matchesAll = true }
            }
            filter.topics.append(matchesAll ? [] : choices)
        }
    }
}

extension NodeRPC {
    /// eth_: logs, filters and subscriptions.
    static let ethereumLogs: [String: Method] = [
        "eth_getLogs": { rpc, params, _ in try rpc.logs(try LogQuery(params[0])) },
        "eth_newFilter": { rpc, params, _ in
            let query = try LogQuery(params[0])
            return .string(await rpc.filters.add(.logs(query), from: try rpc.head() + 1))
        },
        "eth_newBlockFilter": { rpc, _, _ in .string(await rpc.filters.add(.blocks, from: try rpc.head() + 1)) },
        "eth_newPendingTransactionFilter": { rpc, _, _ in
            .string(await rpc.filters.add(.pending, from: rpc.host.pending.end))
        },
        "eth_getFilterChanges": { rpc, params, _ in try await rpc.changes(try params[0].string()) },
        "eth_getFilterLogs": { rpc, params, _ in
            guard case .logs(let query) = await rpc.filters.kind(of: try params[0].string()) else {
                throw filterNotFound
            }
            return try rpc.logs(query)
        },
        "eth_uninstallFilter": { rpc, params, _ in .bool(await rpc.filters.remove(try params[0].string())) },
        "eth_subscribe": { rpc, params, context in try rpc.subscribe(params, context) },
        "eth_unsubscribe": { rpc, params, _ in .bool(rpc.subscriptions.remove(try params[0].string())) },
    ]

    private static let filterNotFound = RPCError.server("filter not found")

    private func logs(_ query: LogQuery) throws -> JSONValue {
        let head = try head()
        let range: ClosedRange<UInt64>
        if let block = query.block {
            guard let height = try store.read({ snapshot throws(StorageFault) in try snapshot.height(ofBlock: block) })
            else { throw RPCError.server("unknown block") }
            range = height...height
        } else {
            func height(_ reference: BlockReference?) throws -> UInt64 {
                if case .number(let number) = reference { return number }
                return try report(of: reference ?? .latest)?.header.height ?? head
            }
            let (from, to) = (try height(query.from), try height(query.to))
            guard from <= to else { throw RPCError.invalidParams("invalid block range params: from \(from) to \(to)") }
            guard to <= head else {
                throw RPCError.invalidParams("block range extends beyond current head block: \(to), head \(head)")
            }
            guard to - from < LogQuery.maxBlocks else {
                throw RPCError.invalidParams(
                    "block range too large: \(to - from + 1) blocks, at most \(LogQuery.maxBlocks) in one request")
            }
            let base = try base()
            guard from >= base else { throw Self.pruned(before: base) }
            range = from...to
        }
        return .list(try logs(query.filter, in: range), EthereumJSON.log)
    }

    private func logs(_ filter: LogFilter, in range: ClosedRange<UInt64>) throws -> [PlacedLog] {
        let found = try store.read { snapshot throws(StorageFault) in
            try snapshot.logs(matching: filter, in: range, limit: LogQuery.maxLogs)
        }
        switch found {
        case .success(let logs): return logs
        case .failure(let error):
            throw RPCError(
                code: -32005, message: "query returned more than \(error.limit) results: ask for fewer blocks")
        }
    }

    private func changes(_ id: String) async throws -> JSONValue {
        let head = try head()
        guard let (kind, start) = await filters.position(of: id) else { throw Self.filterNotFound }
        if case .pending = kind {
            let (hashes, end) = host.pending.since(start)
            await filters.advance(id, to: end)
            return .list(hashes) { .data($0) }
        }
        guard start <= head else { return [] }
        let range = start...min(head, start + LogQuery.maxBlocks - 1)
        let changes: JSONValue
        if case .logs(let query) = kind {
            changes = .list(try logs(query.filter, in: range), EthereumJSON.log)
        } else {
            changes = .array(
                try range.compactMap { try report(of: .number($0)).map { .data($0.hash) } })
        }
        await filters.advance(id, to: range.upperBound + 1)
        return changes
    }
}
