package import ByteCodec
import Cryptography
import ProofField

extension BlockHeader {
    /// Keccak-256 of `encoded`.
    package var hash: Bytes32 { Keccak256.hash(encoded) }

    /// RLP of all fields in the order of their declaration; the verdicts as `[count, bits]`, eight to a byte, the
    /// first in the highest bit.
    package var encoded: [UInt8] {
        var encoder = RLPEncoder()
        append(to: &encoder)
        return encoder.bytes
    }

    /// Reads what `encoded` gives, and only that. Throws `tooLarge`, `malformed` (RLP), `verdictsNotCanonical`,
    /// `accountsRootNotCanonical`, or `wrongVRFProofLength` unless the proof has 81 bytes (none at height 0).
    package init(decoding bytes: [UInt8]) throws(BlockDecodingError) {
        guard bytes.count <= Limits.maxBlockBytes else {
            throw .tooLarge(bytes: bytes.count, limit: Limits.maxBlockBytes)
        }
        var reader = RLPReader(bytes, depthLimit: 2)
        try self.init(&reader)
        do { try reader.expectEnd() } catch { throw .malformed(error) }
    }

    func append(to encoder: inout RLPEncoder) {
        encoder.list { list in
            list.append(chainId)
            list.append(height)
            list.append(UInt64(originRound))
            list.append(proposer)
            list.append(parentHash)
            list.append(timestamp)
            list.append(gasLimit)
            list.append(gasUsed)
            list.append(baseFee)
            list.append(transactionsRoot)
            list.list { items in
                items.append(UInt64(verdicts.count))
                items.append(VerdictBits.pack(verdicts))
            }
            list.append(receiptsRoot)
            list.append(logsBloom.bytes)
            list.append(accountsRoot.bytes)
            list.append(UInt64(accountCount))
            list.append(systemRoot)
            list.append(UInt64(operationCount))
            list.append(operationsDigest)
            list.append(validatorsHash)
            list.append(nextValidatorsHash)
            list.append(lastCertificateHash)
            list.append(evidenceHash)
            list.append(vrfProof)
            list.append(mix)
        }
    }

    init(_ reader: inout RLPReader) throws(BlockDecodingError) {
        let verdictCount: UInt64
        let verdictBits: [UInt8]
        let bloom: [UInt8]
        let root: [UInt8]
        do {
            var list = try reader.readList()
            chainId = try list.readUInt64()
            height = try list.readUInt64()
            originRound = try list.readUInt32()
            proposer = try list.readAddress()
            parentHash = try list.readBytes32()
            timestamp = try list.readUInt64()
            gasLimit = try list.readUInt64()
            gasUsed = try list.readUInt64()
            baseFee = try list.readUInt128()
            transactionsRoot = try list.readBytes32()
            var bits = try list.readList()
            verdictCount = try bits.readUInt64()
            verdictBits = try bits.readBytes(maxCount: Limits.maxBlockTransactions / 8)
            try bits.expectEnd()
            receiptsRoot = try list.readBytes32()
            bloom = try list.readBytes(count: LogsBloom.byteCount)
            root = try list.readBytes(count: 32)
            accountCount = try list.readUInt32()
            systemRoot = try list.readBytes32()
            operationCount = try list.readUInt32()
            operationsDigest = try list.readBytes32()
            validatorsHash = try list.readBytes32()
            nextValidatorsHash = try list.readBytes32()
            lastCertificateHash = try list.readBytes32()
            evidenceHash = try list.readBytes32()
            vrfProof = try list.readBytes(maxCount: VRFProof.byteCount)
            mix = try list.readBytes32()
            try list.expectEnd()
        } catch {
            throw .malformed(error)
        }
        guard let verdicts = VerdictBits.unpack(verdictBits, count: verdictCount) else { throw .verdictsNotCanonical }
        guard let logsBloom = LogsBloom(bloom) else { throw .malformed(.wrongByteCount) }
        guard let accountsRoot = Digest(bytes: root) else { throw .accountsRootNotCanonical }
        guard vrfProof.count == (height == 0 ? 0 : VRFProof.byteCount) else {
            throw .wrongVRFProofLength(vrfProof.count)
        }
        self.verdicts = verdicts
        self.logsBloom = logsBloom
        self.accountsRoot = accountsRoot
    }
}

extension RLPReader {
    mutating func readUInt32() throws(RLPError) -> UInt32 {
        guard let value = UInt32(exactly: try readUInt64()) else { throw .integerTooLarge }
        return value
    }
}

/// Truth values packed eight to a byte, the first in the highest bit, the rest of the last byte zero.
enum VerdictBits {
    static func pack(_ verdicts: [Bool]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (verdicts.count + 7) / 8)
        for (index, verdict) in verdicts.enumerated() where verdict {
            bytes[index / 8] |= 0x80 >> UInt8(index % 8)
        }
        return bytes
    }

    /// Nil unless `bytes` is what `pack` gives for `count` values.
    static func unpack(_ bytes: [UInt8], count: UInt64) -> [Bool]? {
        guard let count = Int(exactly: count), count <= 8 * bytes.count else { return nil }
        let verdicts = (0..<count).map { bytes[$0 / 8] & 0x80 >> UInt8($0 % 8) != 0 }
        return pack(verdicts) == bytes ? verdicts : nil
    }
}
