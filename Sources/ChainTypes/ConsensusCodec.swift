package import ByteCodec
import Cryptography

extension Vote {
    /// `rlp([type, height, round, blockHash, validator, signature])`; no block hash is the empty string, a signature
    /// is r ‖ s ‖ recovery identifier.
    package var encoded: [UInt8] {
        var encoder = RLPEncoder()
        encoder.list { list in
            list.append(UInt64(type.rawValue))
            list.append(height)
            list.append(UInt64(round))
            list.append(blockHash?.bytes ?? [])
            list.append(validator)
            list.append(signature.bytes)
        }
        return encoder.bytes
    }

    /// Reads what `encoded` gives, and only that. Throws `malformed`, `unknownVoteType`, or `invalidSignature` when
    /// the signature's form is wrong; its signer is not checked.
    package init(decoding bytes: [UInt8]) throws(ConsensusDecodingError) {
        let typeNumber: UInt64
        let signatureBytes: [UInt8]
        do {
            var list = try RLPReader.fields(of: bytes)
            typeNumber = try list.readUInt64()
            height = try list.readUInt64()
            round = try list.readUInt32()
            blockHash = try list.readOptionalBytes32()
            validator = try list.readAddress()
            signatureBytes = try list.readBytes(count: RecoverableSignature.byteCount)
            try list.expectEnd()
        } catch {
            throw .malformed(error)
        }
        guard let type = UInt8(exactly: typeNumber).flatMap(VoteType.init(rawValue:)) else {
            throw .unknownVoteType(typeNumber)
        }
        self.type = type
        signature = try RecoverableSignature(decoding: signatureBytes)
    }
}

extension Proposal {
    /// `rlp([height, round, validRound, blockHash, proposer, signature])`; `validRound` is 0 for nil and else one more
    /// than it is.
    package var encoded: [UInt8] {
        var encoder = RLPEncoder()
        encoder.list { list in
            list.append(height)
            list.append(UInt64(round))
            list.append(validRound.map { UInt64($0) + 1 } ?? 0)
            list.append(blockHash)
            list.append(proposer)
            list.append(signature.bytes)
        }
        return encoder.bytes
    }

    /// Reads what `encoded` gives, and only that. Throws `malformed`, or `invalidSignature` when the signature's form
    /// is wrong; its signer is not checked.
    package init(decoding bytes: [UInt8]) throws(ConsensusDecodingError) {
        let signatureBytes: [UInt8]
        do {
            var list = try RLPReader.fields(of: bytes)
            height = try list.readUInt64()
            round = try list.readUInt32()
            validRound = try list.readOptionalRound()
            blockHash = try list.readBytes32()
            proposer = try list.readAddress()
            signatureBytes = try list.readBytes(count: RecoverableSignature.byteCount)
            try list.expectEnd()
        } catch {
            throw .malformed(error)
        }
        signature = try RecoverableSignature(decoding: signatureBytes)
    }
}

extension Certificate {
    /// Keccak-256 of `encoded`.
    package var hash: Bytes32 { Keccak256.hash(encoded) }

    /// What a header's `lastCertificateHash` says of a block's certificate: zero when there is none.
    package static func hash(of certificate: Certificate?) -> Bytes32 { certificate?.hash ?? .zero }

    /// A bound on the bytes of `encoded`: a signature behind its length for each validator, three numbers, two lists.
    package static func maxByteCount(validators: Int) -> Int {
        (RecoverableSignature.byteCount + 2) * validators + 64
    }

    /// `rlp([height, round, blockHash, [signature…]])`; an absent signature is the empty string.
    package var encoded: [UInt8] {
        var encoder = RLPEncoder()
        append(to: &encoder)
        return encoder.bytes
    }

    /// Reads what `encoded` gives, and only that. Throws `malformed`, `tooManyValidators` above
    /// `Limits.maxValidators`, or `invalidSignature`. Quorum and signers are checked by `verify`.
    package init(decoding bytes: [UInt8]) throws(ConsensusDecodingError) {
        var slots: [[UInt8]] = []
        do {
            var list = try RLPReader.fields(of: bytes)
            height = try list.readUInt64()
            round = try list.readUInt32()
            blockHash = try list.readBytes32()
            slots = try list.readArray(maxCount: Limits.maxValidators) { items throws(RLPError) in
                try items.readBytes(maxCount: RecoverableSignature.byteCount)
            }
            try list.expectEnd()
        } catch {
            throw error == .tooManyItems ? .tooManyValidators : .malformed(error)
        }
        signatures = []
        for slot in slots { signatures.append(slot.isEmpty ? nil : try RecoverableSignature(decoding: slot)) }
    }

    func append(to encoder: inout RLPEncoder) {
        encoder.list { list in
            list.append(height)
            list.append(UInt64(round))
            list.append(blockHash)
            list.list { items in
                for signature in signatures { items.append(signature?.bytes ?? []) }
            }
        }
    }
}

extension RecoverableSignature {
    fileprivate static let byteCount = 65

    fileprivate init(decoding bytes: [UInt8]) throws(ConsensusDecodingError) {
        do { try self.init(bytes: bytes) } catch { throw .invalidSignature(error) }
    }
}

extension RLPReader {
    /// A reader for the items of the list that is all of `bytes`. The list must hold no lists of lists.
    static func fields(of bytes: [UInt8]) throws(RLPError) -> RLPReader {
        var reader = RLPReader(bytes, depthLimit: 2)
        let list = try reader.readList()
        try reader.expectEnd()
        return list
    }

    /// The next 32 bytes, nil when the byte string is empty.
    fileprivate mutating func readOptionalBytes32() throws(RLPError) -> Bytes32? {
        let bytes = try readBytes(maxCount: 32)
        if bytes.isEmpty { return nil }
        guard let value = Bytes32(bytes) else { throw .wrongByteCount }
        return value
    }

    /// The next round: nil for 0, else one less than the integer.
    fileprivate mutating func readOptionalRound() throws(RLPError) -> UInt32? {
        let number = try readUInt64()
        if number == 0 { return nil }
        guard let round = UInt32(exactly: number - 1) else { throw .integerTooLarge }
        return round
    }
}
