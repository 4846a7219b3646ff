package import ByteCodec
import ChainTypes
import Cryptography
package import SystemState

/// Every registered prover as a selection found it: its standing, and its weight had it been available. The digest
/// stands in the job's record, so that whoever has the list can be shown, against the system root, that it is the one
/// the draw was made from.
package struct SelectionRoster: Hashable, Sendable {
    /// One prover.
    package struct Entry: Hashable, Sendable {
        /// Identity of the prover.
        package var owner: Address
        /// Operator key at the selection.
        package var operatorKey: Address
        /// `HistoryScore.weight` at the selection's height.
        package var weight: UInt64
        /// Whether it could be drawn, and if not, why.
        package var standing: Standing

        package init(owner: Address, operatorKey: Address, weight: UInt64, standing: Standing) {
            self.owner = owner
            self.operatorKey = operatorKey
            self.weight = weight
            self.standing = standing
        }
    }

    /// By rising owner.
    package var entries: [Entry]

    package init(entries: [Entry]) { self.entries = entries }

    /// The registry as a selection in the block at `height` finds it.
    package init(_ state: SystemState, at height: UInt64) {
        let parameters = state.parameters
        entries = state.provers.values.map { prover in
            Entry(
                owner: prover.owner, operatorKey: prover.operatorKey,
                weight: HistoryScore.weight(of: prover, at: height, parameters: parameters),
                standing: prover.standing(at: height, parameters: parameters))
        }
    }

    /// Who could be drawn, by rising owner.
    package var candidates: [Selection.Candidate] {
        entries.lazy.filter { $0.standing == .available }
            .map { Selection.Candidate(owner: $0.owner, weight: $0.weight) }
    }

    /// Nil for an owner that was not registered.
    package func entry(of owner: Address) -> Entry? { entries.first { $0.owner == owner } }

    /// H("cairn/roster/v1" behind its length as a byte, the list's encoding).
    package var digest: Bytes32 { Self.digest(of: encoded) }

    /// The digest of a list in its encoding, as the node keeps it.
    package static func digest(of encoded: [UInt8]) -> Bytes32 {
        let domain = Array("cairn/roster/v1".utf8)
        return Keccak256.hash(parts: [[UInt8(truncatingIfNeeded: domain.count)], domain, encoded])
    }
}

extension SelectionRoster: RecordCodable {
    /// Record: u32 count, then the entries by rising owner (`Docs/Spec/Market.md`).
    package func encode(to writer: inout ByteWriter) { writer.list(entries) }

    /// Owners must rise, so that nobody stands in the list twice.
    package init(from reader: inout RecordReader) throws(RecordError) {
        let entries: [Entry] = try reader.list()
        for (earlier, later) in zip(entries, entries.dropFirst()) {
            guard earlier.owner < later.owner else { throw .notRising }
        }
        self.init(entries: entries)
    }
}

extension SelectionRoster.Entry: RecordCodable {
    /// Record: owner, operatorKey (20 bytes each), weight (u64), tag of the standing (u8), its height or job (u64).
    package func encode(to writer: inout ByteWriter) {
        writer.address(owner)
        writer.address(operatorKey)
        writer.u64(weight)
        let (tag, detail) = standing.code
        writer.u8(tag)
        writer.u64(detail)
    }

    /// Reads what `encode(to:)` writes; throws `unknownCase` for another tag.
    package init(from reader: inout RecordReader) throws(RecordError) {
        owner = try reader.address()
        operatorKey = try reader.address()
        weight = try reader.u64()
        let (tag, detail) = (try reader.u8(), try reader.u64())
        guard let standing = Standing(tag: tag, detail: detail) else { throw .unknownCase(tag) }
        self.standing = standing
    }
}

extension Standing {
    /// A tag, and the height or number that goes with it, 0 where there is none.
    fileprivate var code: (tag: UInt8, detail: UInt64) {
        switch self {
        case .available: (0, 0)
        case .inactive(let from): (1, from)
        case .jailed(let until): (2, until)
        case .belowMinimumStake: (3, 0)
        case .paused: (4, 0)
        case .leaving: (5, 0)
        case .assigned(let job): (6, job)
        }
    }

    fileprivate init?(tag: UInt8, detail: UInt64) {
        switch tag {
        case 0: self = .available
        case 1: self = .inactive(from: detail)
        case 2: self = .jailed(until: detail)
        case 3: self = .belowMinimumStake
        case 4: self = .paused
        case 5: self = .leaving
        case 6: self = .assigned(job: detail)
        default: return nil
        }
    }
}
