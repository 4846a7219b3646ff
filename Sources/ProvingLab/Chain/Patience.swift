import ProvingRules

/// How long a run waits for the next proof, in blocks. It counts from the last one: a queue may take any time as long
/// as it moves.
struct Patience: Sendable {
    let blocks: Int
    private var waited = 0

    init(blocks: Int) { self.blocks = blocks }

    var isOver: Bool { waited >= blocks }

    mutating func note(_ receipt: LabReceipt) {
        let isProof = receipt.events.contains { if case .jobProven = $0 { true } else { false } }
        waited = isProof ? 0 : waited + 1
    }
}
