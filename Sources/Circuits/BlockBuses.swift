package import STARKCore

/// The two buses of a block's proof.
package enum BlockBuses {
    /// Nodes of the three trees: (tag, level, index, eight elements). The halves of a leaf are raw tuples of level 29.
    package static let node = Bus(id: 1, name: "NODE", width: 11)
    /// States of accounts between operations: (index, address 6, sequence, nonce 2, balance 5).
    package static let memory = Bus(id: 2, name: "MEM", width: 15)

    /// First element of a NODE tuple: which tree the node belongs to.
    package enum Tag: Int, Sendable {
        /// The account tree before the operations.
        case old = 1
        /// The account tree after them.
        case new = 2
        /// The tree of the operations' records.
        case operations = 3
    }

    /// The level of the halves of a leaf.
    package static let halfLevel = 29
}
