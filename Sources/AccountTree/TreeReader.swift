package import ChainTypes
package import ProofField

/// Where tree algorithms read nodes from. Memory implements it; a store may.
package protocol TreeReader {
    /// What reading a node can throw: nothing in memory, a fault of the disk in a store.
    associatedtype Failure: Error = Never
    /// The digest at `level` (0 the root) and position `index`; that of the empty subtree where nothing is in use.
    func node(level: Int, index: LeafIndex) throws(Failure) -> Digest
    /// Leaves 0..<leafCount are in use.
    var leafCount: Int { get }
}
