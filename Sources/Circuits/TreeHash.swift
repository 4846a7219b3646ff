import ChainTypes
import ProofField
package import STARKCore

/// A row is one Poseidon2 permutation: a node of the old account tree, of the new one, or of the operations' tree.
///
/// With dir = isNew + isOps − isOld, a row puts its node on the NODE bus dir times and its two children −dir times:
/// old rows take a node and give its children, new and operation rows take children and give the node. A new row whose
/// child is untouched takes the old tree's node at that place instead.
///
/// **What the bus then proves.** Balances are of integers (weights times heights stay below p) and all other messages
/// are those of ``Accounts`` at the constant level 29 and the verifier's.
///
/// *Old tree.* The verifier gives the node (OLD, 0, 0, before) once; every other OLD node is given by an old row that
/// took one a level above. Levels rise by one from 0 and there are far fewer rows than p, so no chain closes on
/// itself: all OLD nodes stem from the root, at positions that are integers below 2^level. `levelInverse` excludes
/// rows at level 29, hence also below it: no row can open the halves of a leaf, and 2^29 < p keeps positions distinct
/// in the field. Each taken node is a compression of the given children, so by collision resistance they are those of
/// the tree with root `before`, each given once.
///
/// *New tree.* Every NEW node a new row gives must be taken by a new row a level above or by the verifier, which takes
/// (NEW, 0, 0, after) once. Levels fall by one to 0, so exactly one new row stands at the root, and each has the
/// position its parent assigns. Its children are NEW nodes again, halves given by ``Accounts``, or, with u set, OLD
/// nodes of the same level and position: unchanged subtrees. An OLD node that a new row takes is not opened further,
/// since it exists once. So `after` is the root of the old tree with exactly the leaves of ``Accounts`` replaced.
///
/// *Operations' tree.* As the new tree, its root taken by the verifier at level 28 − ⌈log2 n⌉, empty subtrees given by
/// the verifier: the records given by ``Accounts`` are the n leaves under that root, each position once.
package struct TreeHash: Circuit {
    /// Identifier in plans and in the program's hash.
    package static let id: UInt32 = 1
    /// Name in reports and diagnoses.
    package let name = "TreeHash"
    /// See the static `id`.
    package var id: UInt32 { Self.id }

    package init() {}

    /// Positions of the columns behind those of the permutation.
    enum Column {
        static let isOld = PermutationColumns.count
        static let isNew = isOld + 1
        static let isOps = isOld + 2
        static let level = isOld + 3
        static let index = isOld + 4
        static let untouchedLeft = isOld + 5
        static let untouchedRight = isOld + 6
        static let levelInverse = isOld + 7
        static let count = isOld + 8
    }

    /// Records the permutation's columns, the eight of `Column`, and the constraints and messages above.
    package func describe(_ air: inout AIRBuilder) {
        let permutation = PermutationColumns(&air)
        let isOld = air.column("isOld")
        let isNew = air.column("isNew")
        let isOps = air.column("isOps")
        let level = air.column("level")
        let index = air.column("index")
        let untouchedLeft = air.column("untouchedLeft")
        let untouchedRight = air.column("untouchedRight")
        let levelInverse = air.column("levelInverse")

        // A row belongs to at most one tree; padding rows to none, so that all their messages have multiplicity 0.
        air.assertBoolean(isOld, "isOld is boolean")
        air.assertBoolean(isNew, "isNew is boolean")
        air.assertBoolean(isOps, "isOps is boolean")
        let isUsed = isOld + isNew + isOps
        air.assertBoolean(isUsed, "a row has at most one tree")

        // Only new rows may take the old tree's nodes: on an old row it would turn OLD into tag 0, on a row of the
        // operations into NEW.
        for (flag, side) in [(untouchedLeft, "left"), (untouchedRight, "right")] {
            air.assertBoolean(flag, "untouched \(side) is boolean")
            air.assertZero(flag * (1 - isNew), "untouched \(side) is of new rows")
        }

        // A used row is not at level 29, the halves of the leaves; unused rows have inverse 0.
        air.assertZero(
            (level - Expression(BlockBuses.halfLevel)) * levelInverse - isUsed, "no row is below the leaves")

        let tag = isOld + isNew * Felt(2) + isOps * Felt(3)
        let direction = isNew + isOps - isOld
        air.send(
            BlockBuses.node, [tag, level, index] + permutation.output, times: direction, "node")
        air.send(
            BlockBuses.node, [tag - untouchedLeft, level + 1, index + index] + permutation.input.prefix(Digest.count),
            times: -direction, "left child")
        air.send(
            BlockBuses.node,
            [tag - untouchedRight, level + 1, index + index + 1] + permutation.input.suffix(Digest.count),
            times: -direction, "right child")
    }
}
