package import ByteCodec
package import ChainTypes
import Cryptography

/// The parts of a snapshot, each a stream of bytes that is cut into chunks.
package enum SnapshotSection: UInt8, Hashable, Sendable, CaseIterable {
    /// The block of the snapshot's height, and the receipts of its execution.
    case block = 0
    /// Headers from the last proven block up to the one before the snapshot's.
    case headers = 1
    /// Accounts by leaf.
    case accounts = 2
    /// Records of the system state by key.
    case system = 3
    /// Operations and witnesses of the blocks that are not proven yet.
    case operations = 4
}

/// What a snapshot is of, and the digest of each of its chunks: enough to fetch the chunks from anyone, in any order.
package struct SnapshotManifest: Hashable, Sendable {
    /// A run of bytes of one section, at most `SnapshotManifest.maxChunkBytes`.
    package struct Chunk: Hashable, Sendable {
        /// The section that it is a run of.
        package var section: SnapshotSection
        /// 1 ... `maxChunkBytes`.
        package var byteCount: UInt32
        /// Keccak-256 of its bytes.
        package var digest: Bytes32
        package init(section: SnapshotSection, byteCount: UInt32, digest: Bytes32) {
            self.section = section
            self.byteCount = byteCount
            self.digest = digest
        }

        /// Whether these are its bytes.
        package func holds(_ bytes: [UInt8]) -> Bool {
            bytes.count == Int(byteCount) && Keccak256.hash(bytes) == digest
        }
    }

    /// Bytes of one chunk.
    package static let maxChunkBytes = 1 << 20
    /// 64 GiB of state.
    package static let maxChunks = 1 << 16
    /// Bytes of a manifest: 37 for each chunk, a header, a certificate and a set.
    package static let maxBytes = 37 * maxChunks + (1 << 20)

    /// `Genesis.hash` of the chain.
    package var genesisHash: Bytes32
    /// The header whose roots everything is checked against.
    package var header: BlockHeader
    /// Of the header, by `validators`.
    package var certificate: Certificate
    /// The validators of the header's height.
    package var validators: ValidatorSet
    /// By section, in the order of each section's bytes.
    package var chunks: [Chunk]

    package init(
        genesisHash: Bytes32, header: BlockHeader, certificate: Certificate, validators: ValidatorSet, chunks: [Chunk]
    ) {
        self.genesisHash = genesisHash
        self.header = header
        self.certificate = certificate
        self.validators = validators
        self.chunks = chunks
    }

    /// Names the snapshot.
    package var hash: Bytes32 { Keccak256.hash(encoded) }

    /// Places of the chunks' first bytes, counted from that of the first chunk.
    package var offsets: [UInt64] {
        var next: UInt64 = 0
        return chunks.map { chunk in
            defer { next += UInt64(chunk.byteCount) }
            return next
        }
    }
}

/// Why bytes are not a manifest.
package enum SnapshotManifestError: Error, Hashable, Sendable {
    case tooLarge(bytes: Int)
    case malformed(ByteReaderError)
    case header(BlockDecodingError)
    case certificate(ConsensusDecodingError)
    case validators(ConsensusDecodingError)
    case tooManyChunks(UInt32)
    case unknownSection(UInt8)
    /// Empty, or above `maxChunkBytes`.
    case wrongChunkSize(chunk: Int)
    /// Sections follow each other in the order of their numbers.
    case sectionsNotRising(chunk: Int)
}

extension SnapshotManifest {
    /// genesis hash ‖ header ‖ certificate ‖ set ‖ number of chunks u32 ‖ per chunk section u8, bytes u32, digest; the
    /// first three in their own encodings behind their lengths (u32).
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.bytes32(genesisHash)
        for part in [header.encoded, certificate.encoded, validators.encoded] {
            writer.bytes(part)
        }
        writer.u32(UInt32(clamping: chunks.count))
        for chunk in chunks {
            writer.u8(chunk.section.rawValue)
            writer.u32(chunk.byteCount)
            writer.bytes32(chunk.digest)
        }
        return writer.bytes
    }

    /// Reads what `encoded` gives, and only that; throws the `SnapshotManifestError` that names what is wrong. Nothing
    /// is verified.
    package init(decoding bytes: [UInt8]) throws(SnapshotManifestError) {
        guard bytes.count <= Self.maxBytes else { throw .tooLarge(bytes: bytes.count) }
        var reader = ByteReader(bytes)
        let parts: [[UInt8]]
        let count: UInt32
        do {
            genesisHash = try reader.bytes32()
            parts = [
                try reader.bytes(maxCount: Self.maxBytes), try reader.bytes(maxCount: Self.maxBytes),
                try reader.bytes(maxCount: Self.maxBytes),
            ]
            count = try reader.u32()
        } catch {
            throw .malformed(error)
        }
        do { header = try BlockHeader(decoding: parts[0]) } catch { throw .header(error) }
        do { certificate = try Certificate(decoding: parts[1]) } catch { throw .certificate(error) }
        do { validators = try ValidatorSet(decoding: parts[2]) } catch { throw .validators(error) }
        guard count <= Self.maxChunks else { throw .tooManyChunks(count) }
        chunks = []
        for index in 0..<Int(count) {
            let chunk: (section: UInt8, byteCount: UInt32, digest: Bytes32)
            do { chunk = (try reader.u8(), try reader.u32(), try reader.bytes32()) } catch { throw .malformed(error) }
            guard let section = SnapshotSection(rawValue: chunk.section) else { throw .unknownSection(chunk.section) }
            guard chunk.byteCount > 0, Int(chunk.byteCount) <= Self.maxChunkBytes else {
                throw .wrongChunkSize(chunk: index)
            }
            if let last = chunks.last, last.section.rawValue > section.rawValue {
                throw .sectionsNotRising(chunk: index)
            }
            chunks.append(Chunk(section: section, byteCount: chunk.byteCount, digest: chunk.digest))
        }
        do { try reader.expectEnd() } catch { throw .malformed(error) }
    }
}
