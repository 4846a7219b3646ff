/// Which leaves of which tree the queries open, and what of them the proof has to supply. A function of the query
/// positions alone.
package struct QueryPlan: Equatable, Sendable {
    /// A set of leaves of one tree.
    package struct Opening: Equatable, Sendable {
        /// Rising, distinct.
        package let leaves: [Int]
        /// log2 of the tree's leaves.
        package let leafLog: Int
        /// log2 of the digests in the tree's cap.
        package let capLog: Int

        package init(leaves: [Int], leafLog: Int, capLog: Int) {
            self.leaves = leaves
            self.leafLog = leafLog
            self.capLog = capLog
        }

        /// Digests that an opening carries: siblings that cannot be computed, over all levels below the cap.
        package var siblingCount: Int {
            var count = 0
            var level = leaves
            for _ in capLog..<leafLog {
                let parents = MerkleLevel(nodes: level)
                count += parents.missing
                level = parents.parents
            }
            return count
        }
    }

    /// The leaves of one FRI layer.
    package struct Layer: Equatable, Sendable {
        /// The opened leaves of the layer's tree.
        package let opening: Opening
        /// log2 of the values in a leaf.
        package let foldLog: Int
        /// Positions in the layer whose values earlier steps give; rising, distinct.
        package let known: [Int]

        /// Values of the opened leaves that the proof supplies.
        package var missingCount: Int { opening.leaves.count << foldLog - known.count }
    }

    /// The leaves of the stage-1, stage-2 and quotient trees: the query positions.
    package let domain: Opening
    /// By FRI layer, in the order of the folds.
    package let layers: [Layer]

    /// `positions` are rising and distinct, below the domain's size.
    package init(shape: ProofShape, positions: [Int]) {
        domain = Opening(
            leaves: positions, leafLog: shape.domainLog, capLog: shape.capLog(leafLog: shape.domainLog))
        var layers: [Layer] = []
        var known = positions
        for (layer, foldLog) in shape.foldLogs.enumerated() {
            let leafLog = shape.leafLog(layer: layer)
            let leaves = Self.distinct(known.map { $0 >> foldLog })
            layers.append(
                Layer(
                    opening: Opening(leaves: leaves, leafLog: leafLog, capLog: shape.capLog(leafLog: leafLog)),
                    foldLog: foldLog, known: known))
            known = leaves
        }
        self.layers = layers
    }

    /// A rising list without its repetitions.
    package static func distinct(_ rising: [Int]) -> [Int] {
        var result: [Int] = []
        for value in rising where value != result.last { result.append(value) }
        return result
    }
}

/// One step up a Merkle tree from a set of nodes.
package struct MerkleLevel {
    /// Rising, distinct.
    package let parents: [Int]
    /// Children of the parents that are not among the nodes.
    package let missing: Int

    /// `nodes` are rising and distinct.
    package init(nodes: [Int]) {
        parents = QueryPlan.distinct(nodes.map { $0 >> 1 })
        missing = 2 * parents.count - nodes.count
    }
}
