import ByteCodec

/// What is known of the blocks a height speaks of.
struct BlockTable: Hashable, Sendable {
    struct Facts: Hashable, Sendable { var originRound: UInt32, timely: Bool }
    struct Entry: Hashable, Sendable {
        /// nil until the block is here.
        var facts: Facts?
        /// nil until it is validated.
        var isValid: Bool?
    }

    /// Looked up by key only, never walked through.
    private var entries: [Bytes32: Entry] = [:]

    subscript(hash: Bytes32) -> Entry? { entries[hash] }
    func isValid(_ hash: Bytes32) -> Bool { entries[hash]?.isValid == true }

    mutating func want(_ hash: Bytes32) { if entries[hash] == nil { entries[hash] = Entry() } }

    /// False unless the block was wanted and had not come.
    mutating func arrive(_ hash: Bytes32, _ facts: Facts) -> Bool {
        guard let entry = entries[hash], entry.facts == nil else { return false }
        entries[hash] = Entry(facts: facts, isValid: nil)
        return true
    }

    /// The first verdict on a block that is here stands.
    mutating func judge(_ hash: Bytes32, isValid: Bool) {
        guard let entry = entries[hash], entry.facts != nil, entry.isValid == nil else { return }
        entries[hash]?.isValid = isValid
    }
}
