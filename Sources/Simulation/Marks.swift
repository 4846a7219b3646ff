/// How often the rare events of a run were seen: a simulation that never meets them shows nothing about them.
package struct Marks: Sendable {
    private var counts: [String: UInt64] = [:]

    package init() {}

    package mutating func hit(_ name: String) { counts[name, default: 0] += 1 }
    package subscript(name: String) -> UInt64 { counts[name, default: 0] }

    package mutating func add(_ other: Marks) {
        for (name, count) in other.counts { counts[name, default: 0] += count }
    }

    /// By name.
    package var sorted: [(name: String, count: UInt64)] {
        counts.sorted { $0.key < $1.key }.map { (name: $0.key, count: $0.value) }
    }
}
