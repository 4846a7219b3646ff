import NIOCore
import NIOWebSocket
import Synchronization

/// A client's WebSocket, as the methods see it: where notifications go.
package final class RPCConnection: Sendable {
    private struct State {
        var isClosed = false
        var isHolding = false
        var held: [ByteBuffer] = []
        var unreadBytes = 0
        var closeActions: [@Sendable () -> Void] = []
    }

    private let channel: any Channel
    private let limit: Int
    private let state = Mutex(State())

    init(channel: any Channel, limit: Int) {
        self.channel = channel
        self.limit = limit
    }

    /// Sends `result` for a subscription, as eth_subscription does; false when the client is gone.
    ///
    /// What is sent while a call on this connection is worked on goes out after its response, so that a client learns
    /// of its subscription before it hears from it. A client that does not read is disconnected.
    @discardableResult
    package func notify(subscription: String, result: JSONValue) -> Bool {
        let notification: JSONValue = [
            "jsonrpc": "2.0", "method": "eth_subscription",
            "params": ["subscription": .string(subscription), "result": result],
        ]
        return send(notification.serialized)
    }

    /// Calls `action` once, when the connection closes, or at once if it has.
    package func onClose(_ action: @escaping @Sendable () -> Void) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.closeActions.append(action) }
            return state.isClosed
        }
        if isClosed { action() }
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.unreadBytes += bytes.count
            guard state.unreadBytes <= limit else {
                channel.close(promise: nil)
                return false
            }
            let buffer = ByteBuffer(bytes: bytes)
            if state.isHolding { state.held.append(buffer) } else { submit(buffer) }
            return true
        }
    }

    /// Holds notifications back until `release(after:)`.
    func hold() { state.withLock { $0.isHolding = true } }

    /// Sends `response`, then what was held back.
    func release(after response: [UInt8]?) {
        state.withLock { state in
            guard !state.isClosed else { return }
            if let response {
                state.unreadBytes += response.count
                submit(ByteBuffer(bytes: response))
            }
            for buffer in state.held { submit(buffer) }
            state.held = []
            state.isHolding = false
        }
    }

    func didClose() {
        let actions = state.withLock { state in
            state.isClosed = true
            state.held = []
            defer { state.closeActions = [] }
            return state.closeActions
        }
        for action in actions { action() }
    }

    /// Queues a frame on the event loop, which keeps the order of the calls to this function.
    private func submit(_ buffer: ByteBuffer) {
        let channel = channel
        channel.eventLoop.execute {
            let frame = WebSocketFrame(fin: true, opcode: .text, data: buffer)
            channel.writeAndFlush(frame).whenComplete { _ in
                self.state.withLock { $0.unreadBytes -= buffer.readableBytes }
            }
        }
    }
}
