import ByteCodec
import ChainTypes
import JSONRPC
import Synchronization

/// Calls that wait for a block: each holds its connection and a place among the calls in flight, so there are few.
final class WaitingCalls: Sendable {
    private static let capacity = 64

    private let count = Mutex(0)

    /// False when there is no room.
    func enter() -> Bool {
        count.withLock { count in
            guard count < Self.capacity else { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}

extension NodeRPC {
    /// Milliseconds; geth's figures.
    private static let (defaultWait, maxWait): (UInt64, UInt64) = (20_000, 60_000)

    /// `eth_sendRawTransactionSync` (EIP-7966): the receipt, as soon as the transaction is in a block, which is final.
    func sendAndWait(_ params: RPCParameters) async throws -> JSONValue {
        let transaction = try decode(try params[0].data(atMost: 2 * Limits.maxTransactionBytes))
        let wanted = try params[1].ifPresent?.count() ?? Self.defaultWait
        guard wanted > 0 else { throw params[1].expected("milliseconds above zero") }
        guard waitingCalls.enter() else { throw RPCError.busy }
        defer { waitingCalls.leave() }
        // Before it is sent: nothing is missed between the two.
        let blocks = host.committed.listen()
        let hash = try await send(transaction)
        let milliseconds = min(wanted, Self.maxWait)
        let found = try await withThrowingTaskGroup(of: JSONValue?.self) { group in
            group.addTask {
                for await _ in blocks { if let found = try receipt(of: hash) { return found } }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: .milliseconds(milliseconds), clock: .continuous)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        if let found { return found }
        throw RPCError(
            code: 4, message: "the transaction was added to the pool, but is in no block after \(milliseconds) ms",
            data: .data(hash))
    }
}
