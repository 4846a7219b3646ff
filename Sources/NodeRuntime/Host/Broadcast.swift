import Synchronization

/// Hands every element to whoever listens, in order.
///
/// A listener that falls more than `capacity` elements behind loses the oldest ones: elements that matter carry a
/// number by which a listener sees the gap and reads what it missed from the chain store.
package final class Broadcast<Element: Sendable>: Sendable {
    private struct Listeners {
        var next = 0
        var isFinished = false
        var continuations: [Int: AsyncStream<Element>.Continuation] = [:]
    }

    private let capacity: Int
    private let listeners = Mutex(Listeners())

    init(capacity: Int) { self.capacity = capacity }

    /// The elements from now on. Ends when the node stops.
    package func listen() -> AsyncStream<Element> {
        AsyncStream(bufferingPolicy: .bufferingNewest(capacity)) { continuation in
            let id = listeners.withLock { listeners -> Int? in
                guard !listeners.isFinished else { return nil }
                listeners.next += 1
                listeners.continuations[listeners.next] = continuation
                return listeners.next
            }
            guard let id else { return continuation.finish() }
            continuation.onTermination = { [weak self] _ in
                self?.listeners.withLock { _ = $0.continuations.removeValue(forKey: id) }
            }
        }
    }

    func publish(_ element: Element) {
        for continuation in listeners.withLock({ Array($0.continuations.values) }) { continuation.yield(element) }
    }

    func finish() {
        let all = listeners.withLock { listeners in
            listeners.isFinished = true
            return Array(listeners.continuations.values)
        }
        for continuation in all { continuation.finish() }
    }
}
