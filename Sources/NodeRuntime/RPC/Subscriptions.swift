import ByteCodec
import ChainTypes
import JSONRPC
import Replica
import Synchronization

/// The running subscriptions, each a task that ends with its connection.
final class Subscriptions: Sendable {
    /// Of all clients together.
    private static let capacity = 1_024

    private let tasks = Mutex<[String: Task<Void, Never>]>([:])

    /// Nil when there is no room.
    func add(
        _ connection: RPCConnection, _ body: @escaping @Sendable (@escaping @Sendable (JSONValue) -> Bool) async -> Void
    ) -> String? {
        let id = FilterTable.newId()
        let isAdded = tasks.withLock { tasks in
            guard tasks.count < Self.capacity else { return false }
            tasks[id] = Task { [weak self] in
                await body { connection.notify(subscription: id, result: $0) }
                self?.tasks.withLock { _ = $0.removeValue(forKey: id) }
            }
            return true
        }
        guard isAdded else { return nil }
        connection.onClose { [weak self] in _ = self?.remove(id) }
        return id
    }

    func remove(_ id: String) -> Bool {
        guard let task = tasks.withLock({ $0.removeValue(forKey: id) }) else { return false }
        task.cancel()
        return true
    }
}

extension NodeRPC {
    func subscribe(_ params: RPCParameters, _ context: RPCContext) throws -> JSONValue {
        guard let connection = context.connection else {
            throw RPCError(code: -32601, message: "notifications not supported: subscriptions need a WebSocket")
        }
        let id: String?
        switch try params[0].string() {
        case "newHeads":
            id = followBlocks(connection) { report in [EthereumJSON.header(report.header, hash: report.hash)] }
        case "logs":
            let filter = try LogQuery(params[1]).filter
            id = followBlocks(connection) { report in
                guard filter.mayMatch(report.header.logsBloom) else { return [] }
                return report.logs.filter { filter.matches($0.log) }.map(EthereumJSON.log)
            }
        case "newPendingTransactions":
            let arrivals = host.pending.arrivals.listen()
            id = subscriptions.add(connection) { notify in
                for await hash in arrivals where !notify(.data(hash)) { return }
            }
        case let other: throw RPCError.invalidParams("no subscription with the name \(other)")
        }
        guard let id else { throw RPCError.busy }
        return .string(id)
    }

    /// Every block from the next one on, each once: what a slow client's stream has lost is read from the store.
    private func followBlocks(
        _ connection: RPCConnection, _ answers: @escaping @Sendable (BlockReport) -> [JSONValue]
    ) -> String? {
        let blocks = host.committed.listen()
        return subscriptions.add(connection) { notify in
            var next: UInt64?
            for await block in blocks {
                let height = block.block.header.height
                for height in min(next ?? height, height)...height {
                    guard let report = try? report(of: .number(height)) else { return }
                    for answer in answers(report) where !notify(answer) { return }
                }
                next = height + 1
            }
        }
    }
}
