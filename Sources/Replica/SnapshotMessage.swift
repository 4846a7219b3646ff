package import ByteCodec
import ChainTypes

/// What nodes say to each other about snapshots (`Docs/Spec/Snapshots.md`). The replica hears none of it: a snapshot is
/// fetched before there is one, and served beside it.
package enum SnapshotMessage: Hashable, Sendable {
    /// Asks for the snapshot after a block; for the latest one when nil.
    case manifestRequest(Bytes32?)
    /// The answer; nil when there is none.
    case manifest(SnapshotManifest?)
    /// Asks for a chunk of the snapshot after a block, by its place in the manifest.
    case chunkRequest(Bytes32, UInt32)
    /// The answer; empty when the snapshot is not kept any more.
    case chunk(Bytes32, UInt32, [UInt8])
}

extension SnapshotMessage {
    /// The answer of a node that has no snapshots; nil for what is no question.
    package var refusal: SnapshotMessage? {
        switch self {
        case .manifestRequest: .manifest(nil)
        case .chunkRequest(let block, let place): .chunk(block, place, [])
        case .manifest, .chunk: nil
        }
    }
}

/// Why bytes are not a message about snapshots.
package enum SnapshotMessageRejection: Error, Hashable, Sendable {
    case empty
    case unknownKind(UInt8)
    /// More bytes than a message of this kind may have.
    case tooLarge(bytes: Int, limit: Int)
    case malformed(ByteReaderError)
    case manifest(SnapshotManifestError)
}

extension SnapshotMessage {
    /// The first byte.
    private enum Kind: UInt8 {
        case manifestRequest = 1
        case manifest, chunkRequest, chunk

        var maxBytes: Int {
            switch self {
            case .manifestRequest: 33
            case .manifest: 1 + SnapshotManifest.maxBytes
            case .chunkRequest: 37
            case .chunk: 37 + SnapshotManifest.maxChunkBytes
            }
        }
    }

    /// The kind's byte, then:
    ///
    ///     manifestRequest: block hash, or nothing
    ///     manifest:        the manifest, or nothing
    ///     chunkRequest:    block hash, place (u32)
    ///     chunk:           block hash, place (u32), bytes to the end
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .manifestRequest(let block):
            writer.u8(Kind.manifestRequest.rawValue)
            if let block { writer.bytes32(block) }
        case .manifest(let manifest):
            writer.u8(Kind.manifest.rawValue)
            if let manifest { writer.raw(manifest.encoded) }
        case .chunkRequest(let block, let place):
            writer.u8(Kind.chunkRequest.rawValue)
            writer.bytes32(block)
            writer.u32(place)
        case .chunk(let block, let place, let bytes):
            writer.u8(Kind.chunk.rawValue)
            writer.bytes32(block)
            writer.u32(place)
            writer.raw(bytes)
        }
        return writer.bytes
    }

    /// Reads what `encoded` writes, and nothing else.
    package init(decoding bytes: [UInt8]) throws(SnapshotMessageRejection) {
        guard let first = bytes.first else { throw .empty }
        guard let kind = Kind(rawValue: first) else { throw .unknownKind(first) }
        guard bytes.count <= kind.maxBytes else { throw .tooLarge(bytes: bytes.count, limit: kind.maxBytes) }
        let body = bytes.dropFirst()
        if kind == .manifest {
            do { self = .manifest(body.isEmpty ? nil : try SnapshotManifest(decoding: Array(body))) } catch {
                throw .manifest(error)
            }
            return
        }
        var reader = ByteReader(body)
        do {
            switch kind {
            case .manifestRequest: self = .manifestRequest(body.isEmpty ? nil : try reader.bytes32())
            case .chunkRequest: self = .chunkRequest(try reader.bytes32(), try reader.u32())
            default: self = .chunk(try reader.bytes32(), try reader.u32(), try reader.raw(reader.remaining))
            }
            try reader.expectEnd()
        } catch {
            throw .malformed(error)
        }
    }
}
