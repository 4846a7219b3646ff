package import ByteCodec
package import ChainTypes
package import Cryptography

/// A registered validator, whether in a set or not. The address of its signing key is its identity. Amounts are wei,
/// times are heights.
package struct RegisteredValidator: Hashable, RecordCodable {
    /// Address of `signingKey`; not in the record.
    package var address: Address
    /// secp256k1 key that signs proposals and votes.
    package var signingKey: PublicKey
    /// Key of the VRF behind the RANDAO mix; never used for ECDSA.
    package var vrfKey: VRFPublicKey
    /// Cold key: leaves, withdraws and changes owner and recipient.
    package var owner: Address
    /// Whose claims tips and rewards become.
    package var recipient: Address
    /// What its power follows from.
    package var stake: UInt128
    /// Block that registered it; 0 for a validator of the genesis.
    package var registeredAt: UInt64
    /// First height whose set may hold it.
    package var activeFrom: UInt64
    /// Height at which it left or was expelled; final.
    package var leavingAt: UInt64?
    /// Stake on its way out, which can still be burned.
    package var unbonding: [TimedAmount] = []
    /// Block in which its misses reached `missesToJail`; nil unless it is jailed.
    package var jailedAt: UInt64?
    /// First height at which `unjail` is accepted.
    package var jailedUntil: UInt64?
    /// Heights at which it let its round pass, inside the jail window, rising.
    package var misses: [UInt64] = []

    package init(
        signingKey: PublicKey, vrfKey: VRFPublicKey, owner: Address, recipient: Address, stake: UInt128,
        registeredAt: UInt64, activeFrom: UInt64
    ) {
        address = signingKey.address
        self.signingKey = signingKey
        self.vrfKey = vrfKey
        self.owner = owner
        self.recipient = recipient
        self.stake = stake
        self.registeredAt = registeredAt
        self.activeFrom = activeFrom
    }

    /// Everything that the validator has at stake, whatever its state.
    package var total: UInt128 { unbonding.reduce(stake) { $0 + $1.amount } }
    /// Leaving is final, by the owner's wish or after an equivocation.
    package var isLeaving: Bool { leavingAt != nil }
    /// Jailed validators are in no set from two heights on.
    package var isJailed: Bool { jailedAt != nil }

    /// Record: both keys compressed (33 bytes each), owner, recipient, stake, registeredAt, activeFrom, the three
    /// optional heights, unbonding, misses.
    package func encode(to writer: inout ByteWriter) {
        writer.raw(signingKey.compressed)
        writer.raw(vrfKey.compressed)
        writer.address(owner)
        writer.address(recipient)
        writer.u128(stake)
        writer.u64(registeredAt)
        writer.u64(activeFrom)
        for height in [leavingAt, jailedAt, jailedUntil] { writer.optional(height) }
        writer.list(unbonding)
        writer.list(misses)
    }

    /// Reads what `encode(to:)` writes; throws `invalidValidators` when a key is not a point of the curve.
    package init(from reader: inout RecordReader) throws(RecordError) {
        let (signing, vrf) = (try reader.raw(33), try reader.raw(33))
        guard let signingKey = try? PublicKey(signing), let vrfKey = try? VRFPublicKey(compressed: vrf)
        else { throw .invalidValidators }
        self.init(
            signingKey: signingKey, vrfKey: vrfKey, owner: try reader.address(), recipient: try reader.address(),
            stake: try reader.u128(), registeredAt: try reader.u64(), activeFrom: try reader.u64())
        leavingAt = try reader.optionalU64()
        jailedAt = try reader.optionalU64()
        jailedUntil = try reader.optionalU64()
        unbonding = try reader.list()
        misses = try reader.list()
    }
}

/// What remains of a validator that was punished for an equivocation: its key is never admitted again.
package struct Tombstone: Hashable, RecordCodable {
    /// What it was punished for.
    package var fault: Fault
    /// Height of the block that punished it.
    package var punishedAt: UInt64
    /// Wei that were burned.
    package var burned: UInt128

    package init(fault: Fault, punishedAt: UInt64, burned: UInt128) {
        self.fault = fault
        self.punishedAt = punishedAt
        self.burned = burned
    }

    /// Record: fault (height u64, round u32, kind u8, validator), punishedAt (u64), burned (u128).
    package func encode(to writer: inout ByteWriter) {
        writer.u64(fault.height)
        writer.u32(fault.round)
        writer.u8(fault.kind.rawValue)
        writer.address(fault.validator)
        writer.u64(punishedAt)
        writer.u128(burned)
    }

    /// Reads what `encode(to:)` writes; throws `unknownCase` for another kind of fault.
    package init(from reader: inout RecordReader) throws(RecordError) {
        let (height, round) = (try reader.u64(), try reader.u32())
        let kind: Fault.Kind = try reader.tag()
        fault = Fault(height: height, round: round, kind: kind, validator: try reader.address())
        punishedAt = try reader.u64()
        burned = try reader.u128()
    }
}
