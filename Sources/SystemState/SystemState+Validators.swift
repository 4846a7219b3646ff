package import ByteCodec
package import ChainTypes
import Cryptography

extension SystemState {
    /// How far ahead of the last executed block sets are fixed: what block H changes acts on set(H + 2).
    package static let validatorSetDelay: UInt64 = 2

    /// The validators of a height: who proposes and signs its block, and under whom its certificate and evidence of it
    /// are checked. Nil above `height + 2`, which is not fixed yet, and below the sets that are kept.
    package func validators(at height: UInt64) -> ValidatorSet? {
        let (limit, overflow) = self.height.addingReportingOverflow(Self.validatorSetDelay)
        guard overflow || height <= limit else { return nil }
        guard let row = validatorSets.keys.lastIndex(where: { $0 <= height }) else { return nil }
        return validatorSets.values[row]
    }

    /// The validators of the next block. Some set is always in force at the state's own height.
    package var nextValidators: ValidatorSet {
        guard let set = validators(at: height &+ 1) else {
            preconditionFailure("a system state has a validator set for the next height")
        }
        return set
    }
}

extension ValidatorSet: RecordCodable {
    /// Record: u32 count, then the validators by rising address.
    package func encode(to writer: inout ByteWriter) { writer.list(validators) }

    /// Reads what `encode(to:)` writes; throws `invalidValidators` unless it is a set in its order.
    package init(from reader: inout RecordReader) throws(RecordError) {
        let list: [Validator] = try reader.list()
        // Sorted already, so that a set has one record.
        guard let set = ValidatorSet(list), set.validators == list else { throw .invalidValidators }
        self = set
    }
}

extension Validator: RecordCodable {
    /// Record: address (20 bytes), signing key, VRF key (33 bytes each, compressed), power (u64).
    package func encode(to writer: inout ByteWriter) {
        writer.address(address)
        writer.raw(signingKey.compressed)
        writer.raw(vrfKey.compressed)
        writer.u64(power)
    }

    /// Reads what `encode(to:)` writes; throws `invalidValidators` when a key is not a point of the curve.
    package init(from reader: inout RecordReader) throws(RecordError) {
        let address = try reader.address()
        let (signing, vrf) = (try reader.raw(33), try reader.raw(33))
        guard let signingKey = try? PublicKey(signing), let vrfKey = try? VRFPublicKey(compressed: vrf)
        else { throw .invalidValidators }
        self.init(address: address, signingKey: signingKey, vrfKey: vrfKey, power: try reader.u64())
    }
}
