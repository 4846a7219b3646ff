package import ByteCodec

/// Why bytes are not an equivocation.
package enum EquivocationDecodingError: Error, Hashable, Sendable {
    case tooLarge(bytes: Int, limit: Int)
    case malformed(RLPError)
    case unknownKind(UInt64)
    case message(ConsensusDecodingError)
}

extension Equivocation {
    /// `rlp([kind, first, second])`: kind 0 for proposals and 1 for votes, the messages as byte strings in their own
    /// encoding.
    package var encoded: [UInt8] {
        var encoder = RLPEncoder()
        encoder.list { list in
            switch self {
            case .proposals(let first, let second):
                list.append(0 as UInt64)
                list.append(first.encoded)
                list.append(second.encoded)
            case .votes(let first, let second):
                list.append(1 as UInt64)
                list.append(first.encoded)
                list.append(second.encoded)
            }
        }
        return encoder.bytes
    }

    /// Reads what `encoded` gives. Throws `tooLarge` above `Limits.maxEquivocationBytes`, `malformed`, `unknownKind`,
    /// or `message` with what is wrong inside.
    package init(decoding bytes: [UInt8]) throws(EquivocationDecodingError) {
        let limit = Limits.maxEquivocationBytes
        guard bytes.count <= limit else { throw .tooLarge(bytes: bytes.count, limit: limit) }
        let (kind, first, second): (UInt64, [UInt8], [UInt8])
        do {
            var list = try RLPReader.fields(of: bytes)
            kind = try list.readUInt64()
            first = try list.readBytes()
            second = try list.readBytes()
            try list.expectEnd()
        } catch {
            throw .malformed(error)
        }
        do {
            switch kind {
            case 0: self = .proposals(try Proposal(decoding: first), try Proposal(decoding: second))
            case 1: self = .votes(try Vote(decoding: first), try Vote(decoding: second))
            default: throw EquivocationDecodingError.unknownKind(kind)
            }
        } catch let error as ConsensusDecodingError {
            throw .message(error)
        } catch {
            throw .unknownKind(kind)
        }
    }
}

extension Block {
    /// What a header says of its block's evidence: `MerkleRoot` over the encodings, in order.
    package static func evidenceHash(_ evidence: [Equivocation]) -> Bytes32 {
        MerkleRoot.over(evidence.map(\.encoded))
    }
}
