import ByteCodec

/// The hashes of the last transactions that this node has dealt with, whatever became of them: what is in here is not
/// looked at again when a peer sends it.
struct SeenHashes: Sendable {
    private let capacity: Int
    private var hashes: Set<Bytes32> = []
    /// A ring in the order of arrival.
    private var order: [Bytes32] = []
    private var next = 0

    init(capacity: Int) { self.capacity = capacity }

    func contains(_ hash: Bytes32) -> Bool { hashes.contains(hash) }

    /// False when it was there.
    @discardableResult
    mutating func insert(_ hash: Bytes32) -> Bool {
        guard capacity > 0, hashes.insert(hash).inserted else { return false }
        if order.count < capacity {
            order.append(hash)
        } else {
            hashes.remove(order[next])
            order[next] = hash
            next = (next + 1) % capacity
        }
        return true
    }
}
