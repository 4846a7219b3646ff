package import ByteCodec
package import ChainTypes
import Cryptography

/// Why bytes are not a sign state. A node with such a record must not sign.
package enum SignStateError: Error, Hashable, Sendable {
    /// Shorter than a checksum, or the checksum is not that of the rest: torn or changed on disk.
    case damaged
    case unknownVersion(UInt8)
    case malformed(ByteReaderError)
    case message(ConsensusDecodingError)
    /// A message is not of the record's height and round, or not of the type of its place.
    case misplacedMessage
    /// Nothing was signed.
    case empty
}

extension SignState {
    private static let version: UInt8 = 1
    private static let maxMessageBytes = 256
    private static let maxCertificateBytes = Limits.maxValidators * 67 + 128
    /// Two rounds, two types of vote.
    private static let maxJournal = 4 * Limits.maxValidators

    /// version (u8) ‖ height (u64) ‖ round (u32) ‖ proposal ‖ prevote ‖ precommit ‖ lock ‖ count (u32) ‖ votes… ‖
    /// checksum: messages as byte strings behind their length (u32), empty for none; the checksum is Keccak-256 of
    /// all before it.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.u8(Self.version)
        writer.u64(height)
        writer.u32(round)
        writer.bytes(proposal?.encoded ?? [])
        writer.bytes(prevote?.encoded ?? [])
        writer.bytes(precommit?.encoded ?? [])
        writer.bytes(lock?.encoded ?? [])
        writer.u32(UInt32(journal.count))
        for vote in journal { writer.bytes(vote.encoded) }
        return writer.bytes + Keccak256.hash(writer.bytes).bytes
    }

    /// Reads what `encoded` gives; throws the `SignStateError` that names the damage. Signatures are not checked: the
    /// checksum says that the node itself wrote them.
    package init(decoding bytes: [UInt8]) throws(SignStateError) {
        guard bytes.count > 32, Keccak256.hash(Array(bytes.dropLast(32))).bytes == Array(bytes.suffix(32)) else {
            throw .damaged
        }
        var reader = ByteReader(Array(bytes.dropLast(32)))
        let fields: (proposal: [UInt8], prevote: [UInt8], precommit: [UInt8], lock: [UInt8])
        var votes: [[UInt8]] = []
        let version: UInt8
        let height: UInt64
        let round: UInt32
        do {
            version = try reader.u8()
            height = try reader.u64()
            round = try reader.u32()
            fields = (
                try reader.bytes(maxCount: Self.maxMessageBytes), try reader.bytes(maxCount: Self.maxMessageBytes),
                try reader.bytes(maxCount: Self.maxMessageBytes), try reader.bytes(maxCount: Self.maxCertificateBytes)
            )
            for _ in 0..<(try reader.count(max: Self.maxJournal)) {
                votes.append(try reader.bytes(maxCount: Self.maxMessageBytes))
            }
            try reader.expectEnd()
        } catch {
            throw .malformed(error)
        }
        guard version == Self.version else { throw .unknownVersion(version) }
        self.init(height: height, round: round, lock: nil, journal: [])
        do {
            if !fields.proposal.isEmpty { proposal = try Proposal(decoding: fields.proposal) }
            if !fields.prevote.isEmpty { prevote = try Vote(decoding: fields.prevote) }
            if !fields.precommit.isEmpty { precommit = try Vote(decoding: fields.precommit) }
            if !fields.lock.isEmpty { lock = try PolkaCertificate(decoding: fields.lock) }
            for vote in votes { journal.append(try Vote(decoding: vote)) }
        } catch {
            throw .message(error)
        }
        try checkPlaces()
    }

    private func checkPlaces() throws(SignStateError) {
        guard !signedMessages.isEmpty else { throw .empty }
        let isOurs = signedMessages.allSatisfy { $0.height == height && $0.content.round == round }
        let isTyped = prevote?.type != .precommit && precommit?.type != .prevote
        let isLock = lock.map { $0.height == height && $0.round <= round } ?? true
        guard isOurs, isTyped, isLock, journal.allSatisfy({ $0.height == height }) else { throw .misplacedMessage }
    }
}
