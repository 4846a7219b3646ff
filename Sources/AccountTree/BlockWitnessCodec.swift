package import ByteCodec
import ChainTypes
import ProofField

/// Why bytes are not the encoding of a witness.
package enum BlockWitnessRejection: Error, Hashable, Sendable {
    case malformed(ByteReaderError)
    case leavesNotRising
    case leafOutOfRange
    case nonceTooLarge
    case nonCanonicalDigest
}

/// Encoding: the number of leaves (u32); per leaf its index (u32), whether it is in use (bool) and, if so, address
/// (20 bytes), nonce (u64) and balance (u128); the siblings (32 bytes each) from level 28 up to level 1, in each level
/// by rising index. Which siblings there are follows from the leaves. One witness has one encoding.
extension BlockWitness {
    /// The encoding above.
    package func encode(to writer: inout ByteWriter) {
        writer.u32(UInt32(leaves.count))
        for leaf in leaves {
            writer.u32(leaf.index)
            writer.bool(leaf.account != nil)
            guard let account = leaf.account else { continue }
            writer.address(account.address)
            writer.u64(account.nonce)
            writer.u128(account.balance)
        }
        for level in siblings.reversed() {
            for digest in level { writer.raw(digest.bytes) }
        }
    }

    /// Reads one witness of at most `maxLeaves` leaves. Memory is bounded by the input's length before it is taken.
    package init(
        from reader: inout ByteReader, maxLeaves: Int = Limits.maxOperationsPerJob
    ) throws(BlockWitnessRejection) {
        let leaves = try Self.readLeaves(&reader, maxLeaves: maxLeaves)
        let nodes = TouchedNodes(leaves: leaves.map(\.index))
        var levels: [[Digest]] = []
        for level in (1...TreeShape.depth).reversed() {
            levels.append(try Self.readDigests(&reader, count: nodes.siblings(level: level).count))
        }
        self.init(leaves: leaves, siblings: [[]] + levels.reversed())
    }

    private static func readLeaves(
        _ reader: inout ByteReader, maxLeaves: Int
    ) throws(BlockWitnessRejection) -> [Leaf] {
        do {
            let count = try reader.count(max: maxLeaves)
            guard reader.remaining / 5 >= count else { throw ByteReaderError.truncated }
            var leaves: [Leaf] = []
            leaves.reserveCapacity(count)
            for _ in 0..<count {
                let index = try reader.u32()
                guard UInt64(index) < Limits.maxAccounts else { throw BlockWitnessRejection.leafOutOfRange }
                if let last = leaves.last, last.index >= index { throw BlockWitnessRejection.leavesNotRising }
                guard try reader.bool() else {
                    leaves.append(Leaf(index: index, account: nil))
                    continue
                }
                let account = Account(
                    address: try reader.address(), nonce: try reader.u64(), balance: try reader.u128())
                guard account.nonce <= Account.maxNonce else { throw BlockWitnessRejection.nonceTooLarge }
                leaves.append(Leaf(index: index, account: account))
            }
            return leaves
        } catch let error as ByteReaderError {
            throw .malformed(error)
        } catch let error as BlockWitnessRejection {
            throw error
        } catch {
            throw .malformed(.truncated)
        }
    }

    private static func readDigests(
        _ reader: inout ByteReader, count: Int
    ) throws(BlockWitnessRejection) -> [Digest] {
        guard reader.remaining / Digest.byteCount >= count else { throw .malformed(.truncated) }
        var digests: [Digest] = []
        digests.reserveCapacity(count)
        for _ in 0..<count {
            let bytes: [UInt8]
            do { bytes = try reader.raw(Digest.byteCount) } catch { throw .malformed(error) }
            guard let digest = Digest(bytes: bytes) else { throw .nonCanonicalDigest }
            digests.append(digest)
        }
        return digests
    }
}
