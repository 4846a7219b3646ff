import ByteCodec
import ChainTypes

/// The last committed blocks, kept in memory for peers that are a little behind.
struct RecentBlocks: Sendable {
    private struct Entry: Sendable {
        let height: UInt64
        let hash: Bytes32
        /// nil for a block that came without its payloads.
        let proposed: ProposedBlock?
        let certificate: Certificate
        let size: Int
    }

    private static let maxCount = 16
    private static let maxBytes = 64 << 20
    private var entries: [Entry] = []
    private var bytes = 0

    mutating func append(
        _ proposed: ProposedBlock?, height: UInt64, hash: Bytes32, certificate: Certificate
    ) {
        let transactions = proposed?.block.transactions ?? []
        let size = (transactions + (proposed?.payloads ?? [])).reduce(1_024) { $0 + $1.count }
        entries.append(
            Entry(height: height, hash: hash, proposed: proposed, certificate: certificate, size: size))
        bytes += size
        while entries.count > Self.maxCount || entries.count > 1 && bytes > Self.maxBytes {
            bytes -= entries.removeFirst().size
        }
    }

    func block(_ hash: Bytes32) -> ProposedBlock? { entries.last { $0.hash == hash }?.proposed }
    func certificate(at height: UInt64) -> Certificate? { entries.last { $0.height == height }?.certificate }
}
