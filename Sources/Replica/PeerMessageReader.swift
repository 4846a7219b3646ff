import ByteCodec
import ChainTypes
import Consensus
import ProvingRules
import SystemState

/// Reads the body of a peer's message and names why it is refused. Every length is checked against the input and its
/// limit before anything is allocated.
struct PeerMessageReader {
    private var reader: ByteReader

    init(_ bytes: ArraySlice<UInt8>) { reader = ByteReader(bytes) }

    mutating func u32() throws(PeerMessageRejection) -> UInt32 {
        try read { reader throws(ByteReaderError) in try reader.u32() }
    }

    mutating func u64() throws(PeerMessageRejection) -> UInt64 {
        try read { reader throws(ByteReaderError) in try reader.u64() }
    }

    mutating func bytes32() throws(PeerMessageRejection) -> Bytes32 {
        try read { reader throws(ByteReaderError) in try reader.bytes32() }
    }

    mutating func bytes(maxCount: Int) throws(PeerMessageRejection) -> [UInt8] {
        try read { reader throws(ByteReaderError) in try reader.bytes(maxCount: maxCount) }
    }

    private mutating func count(max: Int) throws(PeerMessageRejection) -> Int {
        try read { reader throws(ByteReaderError) in try reader.count(max: max) }
    }

    func end() throws(PeerMessageRejection) {
        do { try reader.expectEnd() } catch { throw .malformed(error) }
    }

    mutating func consensusMessage() throws(PeerMessageRejection) -> ConsensusMessage {
        let tag = try read { reader throws(ByteReaderError) in try reader.u8() }
        let bytes = try read { reader throws(ByteReaderError) in try reader.raw(reader.remaining) }
        do {
            switch tag {
            case 1: return .proposal(try Proposal(decoding: bytes))
            case 2: return .vote(try Vote(decoding: bytes))
            case 3: return .polka(try PolkaCertificate(decoding: bytes))
            case 4: return .certificate(try Certificate(decoding: bytes))
            default: break
            }
        } catch {
            throw .consensus(error)
        }
        throw .unknownConsensusKind(tag)
    }

    mutating func proposedBlock() throws(PeerMessageRejection) -> ProposedBlock {
        let block = try self.block()
        var payloads: [[UInt8]] = []
        for _ in 0..<(try count(max: Limits.maxBlockTransactions)) {
            payloads.append(try bytes(maxCount: Int(Limits.maxPayloadBytes)))
        }
        return ProposedBlock(block: block, payloads: payloads)
    }

    mutating func transactions() throws(PeerMessageRejection) -> [[UInt8]] {
        var list: [[UInt8]] = []
        for _ in 0..<(try count(max: PeerLimits.maxTransactions)) {
            let transaction = try bytes(maxCount: Limits.maxTransactionBytes)
            guard let first = transaction.first else { throw .noTransaction }
            guard first != TransactionKind.proving.rawValue else { throw .misplacedTransaction }
            list.append(transaction)
        }
        guard !list.isEmpty else { throw .noTransaction }
        return list
    }

    mutating func syncBlocks() throws(PeerMessageRejection) -> [SyncBlock] {
        var blocks: [SyncBlock] = []
        for _ in 0..<(try count(max: PeerLimits.maxSyncBlocks)) {
            let block = try self.block()
            let certificate = try self.certificate()
            var evidence: [SyncEvidence] = []
            for _ in 0..<(try count(max: Limits.maxBlockTransactions)) { evidence.append(try self.evidence()) }
            blocks.append(SyncBlock(block: block, certificate: certificate, evidence: evidence))
        }
        return blocks
    }

    private mutating func certificate() throws(PeerMessageRejection) -> Certificate {
        let bytes = try bytes(maxCount: PeerLimits.maxConsensusBytes)
        do { return try Certificate(decoding: bytes) } catch { throw .consensus(error) }
    }

    private mutating func block() throws(PeerMessageRejection) -> Block {
        let bytes = try bytes(maxCount: Limits.maxBlockBytes)
        do { return try Block(decoding: bytes) } catch { throw .block(error) }
    }

    private mutating func evidence() throws(PeerMessageRejection) -> SyncEvidence {
        let tag = try read { reader throws(ByteReaderError) in try reader.u8() }
        switch tag {
        case 0: return .payload(try bytes(maxCount: Int(Limits.maxPayloadBytes)))
        case 1:
            let record = try bytes(maxCount: PeerLimits.maxFactsBytes)
            guard !record.isEmpty else { return .facts(nil) }
            do { return .facts(try PayloadFacts(record: record)) } catch { throw .facts(error) }
        default: throw .unknownEvidence(tag)
        }
    }

    private mutating func read<Value>(
        _ body: (inout ByteReader) throws(ByteReaderError) -> Value
    ) throws(PeerMessageRejection) -> Value {
        do { return try body(&reader) } catch { throw .malformed(error) }
    }
}
