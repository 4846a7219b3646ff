/// The history of a run as one number: two runs of a seed have the same, in whatever process (FNV-1a over words).
package struct Trace: Sendable {
    package private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    /// Told each event when someone reads along.
    private let listener: (@Sendable (String) -> Void)?

    package init(listener: (@Sendable (String) -> Void)? = nil) { self.listener = listener }

    mutating func add(_ word: UInt64) {
        hash = (hash ^ word) &* 0x100_0000_01b3
        hash ^= hash >> 29
    }

    mutating func add(_ time: UInt64, _ node: Int, _ kind: UInt64, _ detail: UInt64) {
        add(time)
        add(UInt64(truncatingIfNeeded: node) << 8 | kind)
        add(detail)
    }

    func tell(_ time: UInt64, _ node: Int, _ text: @autoclosure () -> String) {
        guard let listener else { return }
        listener("\(time) ms, node \(node): \(text())")
    }
}
