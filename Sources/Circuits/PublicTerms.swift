import AccountTree
package import ChainTypes
import ProofField
package import STARKVerifier

/// What a statement itself puts on the NODE bus: the verifier's side of the balance.
package enum PublicTerms {
    /// +(OLD, 0, 0, before), −(NEW, 0, 0, after), −(OPS, 28 − ⌈log2 n⌉, 0, root), + the empty subtrees of the
    /// operations' tree.
    package static func messages(_ statement: JobStatement) -> [PublicMessage] {
        let count = Int(statement.operationCount)
        let rootLevel = TreeShape.depth - OperationsTree.depth(count: count)
        var messages = [
            message(.old, level: 0, index: 0, statement.before, multiplicity: 1),
            message(.new, level: 0, index: 0, statement.after, multiplicity: -1),
            message(.operations, level: rootLevel, index: 0, statement.operationsRoot, multiplicity: -1),
        ]
        for padding in OperationsTree.paddings(count: count) {
            messages.append(
                message(
                    .operations, level: padding.level, index: padding.index, padding.digest, multiplicity: 1))
        }
        return messages
    }

    /// As many messages as a statement can have: both roots, the operations' root, and a padding per level of a tree of
    /// 2^16 records. For bounds before a statement exists.
    static let most = [PublicMessage](
        repeating: message(.old, level: 0, index: 0, .zero, multiplicity: 1), count: 3 + 16)

    private static func message(
        _ tag: BlockBuses.Tag, level: Int, index: LeafIndex, _ digest: Digest, multiplicity: Int
    ) -> PublicMessage {
        let position = [UInt32(tag.rawValue), UInt32(truncatingIfNeeded: level), index].map { Felt($0) }
        return PublicMessage(
            bus: BlockBuses.node, tuple: position + digest.elements, multiplicity: multiplicity)
    }
}
