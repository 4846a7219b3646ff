import ByteCodec
package import ChainTypes
package import Replica
import Storage

extension ChainStore {
    /// Committed blocks from a height on as a lagging peer needs them: at most `count`, ended where an answer is full,
    /// and none above the head or below what is kept.
    package func syncBlocks(from: UInt64, count: UInt32) throws(StorageFault) -> [SyncBlock] {
        try store.read { snapshot throws(StorageFault) in
            var blocks: [SyncBlock] = []
            var bytes = 0
            for offset in 0..<UInt64(min(count, UInt32(PeerLimits.maxSyncBlocks))) {
                let (height, overflow) = from.addingReportingOverflow(offset)
                guard !overflow, let block = try snapshot.syncBlock(at: height) else { break }
                bytes += block.size
                guard blocks.isEmpty || bytes <= PeerLimits.syncAnswerBytes else { break }
                blocks.append(block)
            }
            return blocks
        }
    }
}

extension SyncBlock {
    /// Bytes of what is large in it.
    fileprivate var size: Int {
        let payloads = evidence.reduce(0) { sum, evidence in
            if case .payload(let bytes) = evidence { sum + bytes.count } else { sum + 1_024 }
        }
        return block.transactions.reduce(1_024) { $0 + $1.count } + payloads
    }
}

extension ReadSnapshot {
    /// nil when the block, its certificate or what stands for its payloads is not kept; block 0 needs no sending.
    fileprivate borrowing func syncBlock(at height: UInt64) throws(StorageFault) -> SyncBlock? {
        guard height > 0, let block = try block(at: height), let certificate = try certificate(at: height),
            let facts = try receipts(at: height)?.facts
        else { return nil }
        var evidence: [SyncEvidence] = []
        for bytes in block.transactions where bytes.first == TransactionKind.proving.rawValue {
            guard let proving = try? UnverifiedTransaction(decoding: bytes).body.proving, evidence.count < facts.count
            else { throw .damaged("proving transactions of block \(height)") }
            if let payload = try payload(proving.payloadDigest) {
                evidence.append(.payload(payload))
            } else {
                evidence.append(.facts(facts[evidence.count]))
            }
        }
        let synced = SyncBlock(block: block, certificate: certificate, evidence: evidence)
        // Whoever got it would take it for a lie.
        guard synced.isWhole(at: height) else { throw .damaged("block \(height)") }
        return synced
    }
}
