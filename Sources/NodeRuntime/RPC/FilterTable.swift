import ByteCodec

/// The filters that clients have installed. When the table is full, the one that was asked longest ago goes.
actor FilterTable {
    enum Kind: Sendable {
        case logs(LogQuery)
        case blocks
        case pending
    }

    private static let capacity = 1_000

    private struct Entry {
        var kind: Kind
        /// First height, or number of the pending hash, that was not reported.
        var next: UInt64
        var used: UInt64
    }

    private var entries: [String: Entry] = [:]
    private var uses: UInt64 = 0

    /// Installs a filter and returns its id, which nobody can guess.
    func add(_ kind: Kind, from next: UInt64) -> String {
        if entries.count >= Self.capacity, let oldest = entries.min(by: { $0.value.used < $1.value.used })?.key {
            entries[oldest] = nil
        }
        let id = Self.newId()
        uses += 1
        entries[id] = Entry(kind: kind, next: next, used: uses)
        return id
    }

    func kind(of id: String) -> Kind? { entries[id]?.kind }

    func position(of id: String) -> (kind: Kind, next: UInt64)? {
        guard var entry = entries[id] else { return nil }
        uses += 1
        entry.used = uses
        entries[id] = entry
        return (entry.kind, entry.next)
    }

    func advance(_ id: String, to next: UInt64) { entries[id]?.next = next }

    func remove(_ id: String) -> Bool { entries.removeValue(forKey: id) != nil }

    static func newId() -> String { Hex.quantity(UInt128.random(in: 1...(.max))) }
}
