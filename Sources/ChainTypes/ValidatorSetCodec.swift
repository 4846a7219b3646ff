package import ByteCodec
import Cryptography

extension ValidatorSet {
    /// Keccak-256 of `encoded`: what headers carry.
    package var hash: Bytes32 { Keccak256.hash(encoded) }

    /// `rlp([[address, signingKey, vrfKey, power]…])` by rising address, keys compressed.
    package var encoded: [UInt8] {
        var encoder = RLPEncoder()
        encoder.list { list in
            for validator in validators { validator.append(to: &list) }
        }
        return encoder.bytes
    }

    /// Decodes the canonical bytes: sorted, addresses those of the signing keys, powers within the cap.
    package init(decoding bytes: [UInt8]) throws(ConsensusDecodingError) {
        var list: RLPReader
        do { list = try RLPReader.fields(of: bytes) } catch { throw .malformed(error) }
        var validators: [Validator] = []
        while !list.isAtEnd {
            guard validators.count < Limits.maxValidators else { throw .tooManyValidators }
            let validator = try Validator(&list)
            if let last = validators.last, last.address >= validator.address { throw .validatorsNotRising }
            validators.append(validator)
        }
        guard let set = ValidatorSet(validators) else { throw .invalidPower }
        self = set
    }
}

extension Validator {
    func append(to encoder: inout RLPEncoder) {
        encoder.list { list in
            list.append(address)
            list.append(signingKey.compressed)
            list.append(vrfKey.compressed)
            list.append(power)
        }
    }

    fileprivate init(_ reader: inout RLPReader) throws(ConsensusDecodingError) {
        let address: Address
        let keys: (signing: [UInt8], vrf: [UInt8])
        let power: UInt64
        do {
            var list = try reader.readList()
            address = try list.readAddress()
            keys = (try list.readBytes(count: 33), try list.readBytes(count: 33))
            power = try list.readUInt64()
            try list.expectEnd()
        } catch {
            throw .malformed(error)
        }
        guard let signingKey = try? PublicKey(keys.signing), let vrfKey = try? VRFPublicKey(compressed: keys.vrf) else {
            throw .invalidKey(validator: address)
        }
        guard signingKey.address == address else { throw .addressMismatch(validator: address) }
        self.init(address: address, signingKey: signingKey, vrfKey: vrfKey, power: power)
    }
}
