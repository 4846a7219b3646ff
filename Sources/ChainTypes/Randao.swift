package import ByteCodec
import Cryptography

/// The chain's randomness: every proposer mixes in the output of its VRF.
package enum Randao {
    /// The VRF's input for the block at `height`: "cairn/randao/alpha/v1" behind its length, chainId (u64),
    /// height (u64), mix of the parent. The round is left out, so that a proposer cannot choose among rounds.
    package static func alpha(chainId: UInt64, height: UInt64, parentMix: Bytes32) -> [UInt8] {
        var message = DomainHash("cairn/randao/alpha/v1")
        message.append(chainId)
        message.append(height)
        message.append(parentMix)
        return message.bytes
    }

    /// mix(h) = H("cairn/randao/mix/v1", mix(h - 1), VRF output of h).
    package static func nextMix(_ parentMix: Bytes32, vrfOutput: Bytes32) -> Bytes32 {
        var hash = DomainHash("cairn/randao/mix/v1")
        hash.append(parentMix)
        hash.append(vrfOutput)
        return hash.digest
    }

    /// mix(0) = H("cairn/randao/genesis/v1", hash of the genesis).
    package static func genesisMix(_ genesisHash: Bytes32) -> Bytes32 {
        var hash = DomainHash("cairn/randao/genesis/v1")
        hash.append(genesisHash)
        return hash.digest
    }
}
