package import ByteCodec
import Synchronization

/// What a node hears of and from its peers.
package enum PeerEvent: Hashable, Sendable {
    /// A peer is there and has been authenticated.
    case up(Address)
    /// It is gone; nothing of its connection follows.
    case down(Address, PeerDownReason)
    case message(PeerChannel, [UInt8], from: Address)
    /// A connection that did not come about: the node, where its certificate named one.
    case refused(Address?, PeerDownReason)
}

/// Events for one consumer, in order of urgency: who comes and goes, then messages channel by channel, in their order.
///
/// It holds no more than each peer's allowance: a connection of which too much is unread is not read any further.
package final class PeerInbox: Sendable, AsyncSequence {
    package typealias Element = PeerEvent

    private struct Message {
        let bytes: [UInt8]
        let link: PeerLink
    }

    private struct State {
        var lifecycle: [PeerEvent] = []
        var lines: [[Message]]
        var firsts: [Int]
        var waiter: CheckedContinuation<PeerEvent?, Never>?
        var isFinished = false
    }

    /// Connections that did not come about are told while so many events wait; comings and goings always.
    private static let maxLifecycle = 1_024

    private let state: Mutex<State>

    init() {
        let lines = PeerChannel.allCases.map { _ in [Message]() }
        state = Mutex(State(lines: lines, firsts: lines.map { _ in 0 }))
    }

    /// Whether so many comings and goings wait that no further peer should come.
    var isCrowded: Bool { state.withLock { $0.lifecycle.count >= Self.maxLifecycle } }

    func push(_ event: PeerEvent) {
        let waiter = state.withLock { state -> CheckedContinuation<PeerEvent?, Never>? in
            guard !state.isFinished else { return nil }
            if case .refused = event, state.lifecycle.count >= Self.maxLifecycle { return nil }
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            state.lifecycle.append(event)
            return nil
        }
        waiter?.resume(returning: event)
    }

    /// Hands over a message. The link is told how much of it is unread.
    func push(_ bytes: [UInt8], on channel: PeerChannel, from link: PeerLink, node: Address) {
        let waiter = state.withLock { state -> CheckedContinuation<PeerEvent?, Never>? in
            guard !state.isFinished else { return nil }
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            link.addUnread(bytes.count)
            state.lines[Int(channel.rawValue) - 1].append(Message(bytes: bytes, link: link))
            return nil
        }
        waiter?.resume(returning: .message(channel, bytes, from: node))
    }

    /// Forgets what is unread of a link that has ended.
    func drop(_ link: PeerLink) {
        state.withLock { state in
            for index in state.lines.indices {
                state.lines[index].removeFirst(state.firsts[index])
                state.firsts[index] = 0
                state.lines[index].removeAll { $0.link === link }
            }
        }
    }

    func finish() {
        let waiter = state.withLock { state in
            state.isFinished = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    // MARK: - Taking

    private static func take(_ state: inout State) -> PeerEvent? {
        if !state.lifecycle.isEmpty { return state.lifecycle.removeFirst() }
        for channel in PeerChannel.allCases {
            let index = Int(channel.rawValue) - 1
            guard state.firsts[index] < state.lines[index].count else { continue }
            let message = state.lines[index][state.firsts[index]]
            state.firsts[index] += 1
            if state.firsts[index] == state.lines[index].count || state.firsts[index] >= 256 {
                state.lines[index].removeFirst(state.firsts[index])
                state.firsts[index] = 0
            }
            message.link.removeUnread(message.bytes.count)
            guard let node = message.link.node else { continue }
            return .message(channel, message.bytes, from: node)
        }
        return nil
    }

    /// The next event; nil once the network has stopped, or the task is cancelled. One task at a time may wait.
    package func next() async -> PeerEvent? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> PeerEvent?? in
                    if let event = Self.take(&state) { return .some(event) }
                    if state.isFinished || state.waiter != nil || Task.isCancelled { return .some(nil) }
                    state.waiter = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: nil)
        }
    }

    package struct Iterator: AsyncIteratorProtocol {
        let inbox: PeerInbox

        package mutating func next() async -> PeerEvent? { await inbox.next() }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(inbox: self) }
}
