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

/// Events in order of urgency: who comes and goes, then messages channel by channel, in their order.
///
/// One consumer may take all of them, or several a share each (``messages(on:)``, ``events(besides:)``): what takes long
/// on one channel then holds up nothing on another. It holds no more than each peer's allowance: a connection of which
/// too much is unread is not read any further.
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
        var waiters: [Waiter] = []
        var lastWaiter: UInt64 = 0
        var isFinished = false

        /// Takes out the first who waits for this.
        mutating func waiter(_ wants: (Share) -> Bool) -> CheckedContinuation<PeerEvent?, Never>? {
            waiters.firstIndex { wants($0.share) }.map { waiters.remove(at: $0).continuation }
        }
    }

    private struct Waiter {
        let number: UInt64
        let share: Share
        let continuation: CheckedContinuation<PeerEvent?, Never>
    }

    /// The events of some channels.
    package struct Share: Sendable, AsyncSequence {
        package typealias Element = PeerEvent

        let inbox: PeerInbox
        /// In order of urgency.
        let channels: [PeerChannel]
        /// Whether it has comings and goings too.
        let hasLifecycle: Bool

        package struct Iterator: AsyncIteratorProtocol {
            let share: Share

            package mutating func next() async -> PeerEvent? { await share.inbox.next(share) }
        }

        package func makeAsyncIterator() -> Iterator { Iterator(share: self) }
    }

    /// Messages of these channels, without comings and goings: what was sent over a connection that ended meanwhile may
    /// come after its end was told to another consumer.
    package func messages(on channels: Set<PeerChannel>) -> Share {
        Share(inbox: self, channels: PeerChannel.allCases.filter(channels.contains), hasLifecycle: false)
    }

    /// Everything but the messages of these channels.
    package func events(besides channels: Set<PeerChannel> = []) -> Share {
        Share(inbox: self, channels: PeerChannel.allCases.filter { !channels.contains($0) }, hasLifecycle: true)
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
            if let waiter = state.waiter(\.hasLifecycle) { return waiter }
            state.lifecycle.append(event)
            return nil
        }
        waiter?.resume(returning: event)
    }

    /// Hands over a message. The link is told how much of it is unread.
    func push(_ bytes: [UInt8], on channel: PeerChannel, from link: PeerLink, node: Address) {
        let waiter = state.withLock { state -> CheckedContinuation<PeerEvent?, Never>? in
            guard !state.isFinished else { return nil }
            if let waiter = state.waiter({ $0.channels.contains(channel) }) { return waiter }
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
        let waiters = state.withLock { state in
            state.isFinished = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
    }

    // MARK: - Taking

    private static func take(_ state: inout State, _ share: Share) -> PeerEvent? {
        if share.hasLifecycle, !state.lifecycle.isEmpty { return state.lifecycle.removeFirst() }
        for channel in share.channels {
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

    /// The next event of a share; nil once the network has stopped, or the task is cancelled.
    private func next(_ share: Share) async -> PeerEvent? {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> PeerEvent?? in
                    if let event = Self.take(&state, share) { return .some(event) }
                    if state.isFinished || Task.isCancelled { return .some(nil) }
                    state.waiters.append(Waiter(number: number, share: share, continuation: continuation))
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.number == number }.map { state.waiters.remove(at: $0).continuation }
            }
            waiter?.resume(returning: nil)
        }
    }

    package func makeAsyncIterator() -> Share.Iterator { events().makeAsyncIterator() }
}
