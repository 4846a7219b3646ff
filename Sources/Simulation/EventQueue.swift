import HeapModule

/// Events by time; those of one time in the order in which they were scheduled.
struct EventQueue<Event: Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        var time: UInt64
        var order: UInt64
        var event: Event
        static func < (left: Entry, right: Entry) -> Bool { (left.time, left.order) < (right.time, right.order) }
        static func == (left: Entry, right: Entry) -> Bool { left.order == right.order }
    }

    private var heap = Heap<Entry>()
    private var order: UInt64 = 0

    var count: Int { heap.count }

    mutating func schedule(_ event: Event, at time: UInt64) {
        order += 1
        heap.insert(Entry(time: time, order: order, event: event))
    }

    /// The next event that is due by `end`.
    mutating func pop(by end: UInt64) -> (time: UInt64, event: Event)? {
        guard let next = heap.min, next.time <= end else { return nil }
        heap.removeMin()
        return (next.time, next.event)
    }

    mutating func removeAll(where isRemoved: (Event) -> Bool) {
        heap = Heap(heap.unordered.filter { !isRemoved($0.event) })
    }
}
