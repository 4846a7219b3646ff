package import ByteCodec
package import ChainTypes
package import ProofField

extension ByteWriter {
    /// Eight canonical elements, 32 bytes.
    package mutating func digest(_ value: Digest) { raw(value.bytes) }

    /// Four canonical elements, lowest degree first.
    package mutating func ext(_ value: Ext) {
        for coefficient in value.coefficients { u32(coefficient.canonical) }
    }
}

extension RecordReader {
    /// The next 32 bytes; throws `nonCanonicalElement` unless they are eight elements below the modulus.
    package mutating func digest() throws(RecordError) -> Digest {
        guard let value = Digest(bytes: try raw(Digest.byteCount)) else { throw .nonCanonicalElement }
        return value
    }

    /// The next 16 bytes; throws `nonCanonicalElement` unless they are four elements below the modulus.
    package mutating func ext() throws(RecordError) -> Ext {
        var coefficients: [Felt] = []
        for _ in 0..<Ext.degree {
            guard let element = Felt(canonical: try u32()) else { throw .nonCanonicalElement }
            coefficients.append(element)
        }
        guard let value = Ext(coefficients: coefficients) else { throw .nonCanonicalElement }
        return value
    }
}

extension PlannedInstance: RecordCodable {
    /// Record: circuit (u32), logHeight (u8), weight (u32).
    package func encode(to writer: inout ByteWriter) {
        writer.u32(circuit)
        writer.u8(logHeight)
        writer.u32(weight)
    }

    /// Reads what `encode(to:)` writes; ranges are not checked.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(circuit: try reader.u32(), logHeight: try reader.u8(), weight: try reader.u32())
    }
}

extension JobStatement: RecordCodable {
    /// Record: the fields in order of declaration, without counts or flags.
    package func encode(to writer: inout ByteWriter) {
        writer.u64(chainId)
        writer.digest(programHash)
        writer.u64(firstHeight)
        writer.u64(lastHeight)
        writer.bytes32(lastBlockHash)
        writer.u32(subBlock)
        writer.u32(subBlockCount)
        writer.u32(operationCount)
        writer.bytes32(operationsDigest)
        writer.digest(operationsRoot)
        writer.digest(before)
        writer.digest(after)
        writer.u32(attempt)
    }

    /// Reads what `encode(to:)` writes; throws `nonCanonicalElement` for a root that is no digest.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(
            chainId: try reader.u64(), programHash: try reader.digest(), firstHeight: try reader.u64(),
            lastHeight: try reader.u64(), lastBlockHash: try reader.bytes32(), subBlock: try reader.u32(),
            subBlockCount: try reader.u32(), operationCount: try reader.u32(),
            operationsDigest: try reader.bytes32(), operationsRoot: try reader.digest(),
            before: try reader.digest(), after: try reader.digest(), attempt: try reader.u32())
    }
}
