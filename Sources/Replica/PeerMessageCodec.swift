import ByteCodec
import ChainTypes
import Consensus
import ProvingRules
import SystemState

extension PeerMessage {
    /// The first byte of a message.
    package enum Kind: UInt8, CaseIterable, Hashable, Sendable {
        case status = 1
        case consensus
        case blockRequest
        case block
        case transactions
        case proof
        case blocksRequest
        case blocks

        /// Bytes that a message of this kind may have, its first one included.
        package var maxBytes: Int {
            switch self {
            case .status: 49
            case .consensus: 2 + PeerLimits.maxConsensusBytes
            case .blockRequest: 33
            case .block: 1 + PeerLimits.maxBlockBytes
            case .transactions: 1 + PeerLimits.maxTransactionsBytes
            case .proof: 1 + PeerLimits.maxProofBytes
            case .blocksRequest: 13
            case .blocks: 1 + PeerLimits.maxSyncBytes
            }
        }
    }

    /// The kind that the first byte names.
    package var kind: Kind {
        switch self {
        case .status: .status
        case .consensus: .consensus
        case .blockRequest: .blockRequest
        case .block: .block
        case .transactions: .transactions
        case .proof: .proof
        case .blocksRequest: .blocksRequest
        case .blocks: .blocks
        }
    }

    /// The kind's byte, then fixed-width big-endian integers and byte strings behind their length (u32):
    ///
    ///     status:        height (u64), tip hash, base height (u64)
    ///     consensus:     1 proposal | 2 vote | 3 polka | 4 certificate, then its RLP to the end
    ///     blockRequest:  block hash
    ///     block:         block as RLP, count (u32), payloads
    ///     transactions:  count (u32), transactions
    ///     proof:         transaction, payload
    ///     blocksRequest: first height (u64), count (u32)
    ///     blocks:        count (u32), each: block as RLP, certificate as RLP, count (u32), each: 0 payload | 1 facts
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.u8(kind.rawValue)
        switch self {
        case .status(let status):
            writer.u64(status.height)
            writer.bytes32(status.tipHash)
            writer.u64(status.baseHeight)
        case .consensus(let message):
            let (tag, bytes) = message.tagged
            writer.u8(tag)
            writer.raw(bytes)
        case .blockRequest(let hash): writer.bytes32(hash)
        case .block(let proposed): writer.append(proposed)
        case .transactions(let list):
            writer.u32(UInt32(clamping: list.count))
            for bytes in list { writer.bytes(bytes) }
        case .proof(let transaction, let payload):
            writer.bytes(transaction)
            writer.bytes(payload)
        case .blocksRequest(let from, let count):
            writer.u64(from)
            writer.u32(count)
        case .blocks(let blocks):
            writer.u32(UInt32(clamping: blocks.count))
            for block in blocks { writer.append(block) }
        }
        return writer.bytes
    }

    /// Reads what `encoded` writes, and nothing else: encoding the result gives the same bytes.
    package init(decoding bytes: [UInt8]) throws(PeerMessageRejection) {
        guard let first = bytes.first else { throw .empty }
        guard let kind = Kind(rawValue: first) else { throw .unknownKind(first) }
        guard bytes.count <= kind.maxBytes else { throw .tooLarge(bytes: bytes.count, limit: kind.maxBytes) }
        var reader = PeerMessageReader(bytes.dropFirst())
        switch kind {
        case .status:
            self = .status(
                PeerStatus(height: try reader.u64(), tipHash: try reader.bytes32(), baseHeight: try reader.u64()))
        case .consensus: self = .consensus(try reader.consensusMessage())
        case .blockRequest: self = .blockRequest(try reader.bytes32())
        case .block: self = .block(try reader.proposedBlock())
        case .transactions: self = .transactions(try reader.transactions())
        case .proof:
            let transaction = try reader.bytes(maxCount: Limits.maxProvingTransactionBytes)
            guard transaction.first == TransactionKind.proving.rawValue else {
                throw transaction.isEmpty ? .noTransaction : .misplacedTransaction
            }
            self = .proof(transaction, payload: try reader.bytes(maxCount: Int(Limits.maxPayloadBytes)))
        case .blocksRequest:
            let (from, count) = (try reader.u64(), try reader.u32())
            guard count > 0, count <= UInt32(PeerLimits.maxSyncBlocks) else { throw .badCount(count) }
            guard !from.addingReportingOverflow(UInt64(count)).overflow else { throw .badRange }
            self = .blocksRequest(from: from, count: count)
        case .blocks: self = .blocks(try reader.syncBlocks())
        }
        try reader.end()
    }
}

extension ConsensusMessage {
    fileprivate var tagged: (UInt8, [UInt8]) {
        switch self {
        case .proposal(let proposal): (1, proposal.encoded)
        case .vote(let vote): (2, vote.encoded)
        case .polka(let polka): (3, polka.encoded)
        case .certificate(let certificate): (4, certificate.encoded)
        }
    }
}

extension ByteWriter {
    fileprivate mutating func append(_ proposed: ProposedBlock) {
        bytes(proposed.block.encoded)
        u32(UInt32(clamping: proposed.payloads.count))
        for payload in proposed.payloads { bytes(payload) }
    }

    fileprivate mutating func append(_ synced: SyncBlock) {
        bytes(synced.block.encoded)
        bytes(synced.certificate.encoded)
        u32(UInt32(clamping: synced.evidence.count))
        for evidence in synced.evidence {
            switch evidence {
            case .payload(let payload):
                u8(0)
                bytes(payload)
            case .facts(let facts):
                u8(1)
                bytes(facts?.encoded ?? [])
            }
        }
    }
}
