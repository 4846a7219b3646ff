import ByteCodec
import ProofField

/// Reads a payload of one kind and names why it is refused.
struct PayloadReader {
    private var reader: ByteReader
    private var lastInstance: UInt32?

    /// Takes the kind's byte off.
    init(_ bytes: [UInt8], kind: PayloadKind) throws(PayloadRejection) {
        guard bytes.count <= Int(Limits.maxPayloadBytes) else { throw .payloadTooLarge(bytes: bytes.count) }
        guard let first = bytes.first else { throw .malformed }
        guard first == kind.rawValue else { throw .wrongKind(first) }
        reader = ByteReader(bytes.dropFirst())
    }

    mutating func count() throws(PayloadRejection) -> Int {
        do {
            return try reader.count(max: Limits.maxInstancesPerJob)
        } catch {
            throw error == .countTooLarge ? .tooManyEntries : .malformed
        }
    }

    /// An instance's index, above all before it.
    mutating func risingInstance() throws(PayloadRejection) -> UInt32 {
        let instance = try read { reader throws(ByteReaderError) in try reader.u32() }
        if let lastInstance, instance <= lastInstance { throw .entriesNotRising }
        lastInstance = instance
        return instance
    }

    mutating func digest() throws(PayloadRejection) -> Digest {
        let bytes = try read { reader throws(ByteReaderError) in try reader.raw(32) }
        guard let digest = Digest(bytes: bytes) else { throw .digestNotCanonical }
        return digest
    }

    mutating func proof() throws(PayloadRejection) -> [UInt8] {
        do {
            return try reader.bytes(maxCount: Int(Limits.maxPayloadBytes))
        } catch {
            throw error == .countTooLarge ? .proofTooLarge : .malformed
        }
    }

    mutating func bloom() throws(PayloadRejection) -> [UInt8] {
        do {
            return try reader.bytes(maxCount: Limits.maxReuseBloomBytes)
        } catch {
            throw error == .countTooLarge ? .bloomTooLarge : .malformed
        }
    }

    mutating func isInline() throws(PayloadRejection) -> Bool {
        try read { reader throws(ByteReaderError) in try reader.bool() }
    }

    mutating func address() throws(PayloadRejection) -> Address {
        try read { reader throws(ByteReaderError) in try reader.address() }
    }

    func end() throws(PayloadRejection) {
        guard reader.remaining == 0 else { throw .trailingBytes }
    }

    private mutating func read<Value>(
        _ body: (inout ByteReader) throws(ByteReaderError) -> Value
    ) throws(PayloadRejection) -> Value {
        do { return try body(&reader) } catch { throw .malformed }
    }
}
