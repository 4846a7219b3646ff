package import ByteCodec
import Cryptography

/// The Merkle tree over the records of the system state: RFC 6962's shape with Keccak-256.
package enum RecordTree {
    /// Hash of a record. Keys of one table have one length, and the table is the key's first byte, so the
    /// concatenation is injective.
    package static func leaf(key: [UInt8], value: [UInt8]) -> Bytes32 {
        Keccak256.hash(parts: [[0x00], key, value])
    }

    /// Root over leaf hashes in order; the hash of nothing for no leaves. Pairing neighbours and carrying an odd last
    /// one up gives the same tree as RFC 6962's split at the largest power of two below the count.
    package static func root(leaves: [Bytes32]) -> Bytes32 {
        guard !leaves.isEmpty else { return Keccak256.hash([]) }
        var level = leaves
        while level.count > 1 {
            var next: [Bytes32] = []
            next.reserveCapacity((level.count + 1) / 2)
            var index = 0
            while index + 1 < level.count {
                var bytes: [UInt8] = [0x01]
                bytes.reserveCapacity(65)
                level[index].append(to: &bytes)
                level[index + 1].append(to: &bytes)
                next.append(Keccak256.hash(bytes))
                index += 2
            }
            if index < level.count { next.append(level[index]) }
            level = next
        }
        return level[0]
    }
}
