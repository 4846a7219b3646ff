import ByteCodec
import Cryptography

/// Who proposes in a round: drawn with chances equal to power, from the set, the height and the round alone, so that
/// no path through rounds can matter (a rotation of priorities depends on it: tendermint#3044).
package enum Proposer {
    /// The validator whose interval of cumulative power, in order of address, holds the first number below the total
    /// power that `SeedStream` draws from the seed Keccak-256("cairn/proposer/v1" ‖ height (u64) ‖ round (u32)).
    package static func select(_ set: ValidatorSet, height: UInt64, round: UInt32) -> Validator {
        var input = ByteWriter()
        input.raw("cairn/proposer/v1".utf8)
        input.u64(height)
        input.u32(round)
        var stream = SeedStream(seed: Keccak256.hash(input.bytes))
        let position = stream.next(below: set.totalPower)
        var end: UInt64 = 0
        for validator in set.validators {
            end += validator.power
            if position < end { return validator }
        }
        preconditionFailure("a position below the total power lies in some interval")
    }
}
