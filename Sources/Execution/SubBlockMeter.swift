import AccountTree
import ChainTypes
import ProvingRules

/// What the operations of a block ask of the jobs of its sub-blocks, while the block is filled: a block is never more
/// than can be proven.
struct SubBlockMeter {
    /// Operations of one sub-block.
    private let size: Int
    private var counter = TouchCounter()
    /// Operations of the sub-block that is being filled.
    private var open = 0
    private var taken = 0

    init(size: Int) { self.size = max(size, 1) }

    /// Takes those of the block's operations that are new.
    mutating func take(_ operations: [AccountOperation]) {
        for operation in operations[taken...] {
            if open == size {
                counter = TouchCounter()
                open = 0
            }
            counter.touch(operation.index)
            open += 1
        }
        taken = operations.count
    }

    /// The loads of the sub-blocks that `more` operations would go to, if each touched an account far from all others.
    func loads(with more: Int) -> [OperationLoad] {
        let fitting = min(more, size - open)
        var loads: [OperationLoad] = []
        if fitting > 0 {
            loads.append(
                OperationLoad(
                    operations: open + fitting, touchedNodes: counter.nodeCount + fitting * TouchCounter.nodesOfLeaf,
                    touchedAccounts: counter.leafCount + fitting))
        }
        if fitting < more {
            loads.append(
                OperationLoad(
                    operations: more - fitting, touchedNodes: (more - fitting) * TouchCounter.nodesOfLeaf,
                    touchedAccounts: more - fitting))
        }
        return loads
    }

    /// The loads of all parts of `size` operations.
    static func loads(of operations: [AccountOperation], size: Int) -> [OperationLoad] {
        stride(from: 0, to: operations.count, by: max(size, 1)).map { start in
            let part = operations[start..<min(start + size, operations.count)]
            let touched = TouchedNodes(leaves: part.map(\.index))
            return OperationLoad(
                operations: part.count, touchedNodes: touched.count, touchedAccounts: touched.leaves.count)
        }
    }
}
