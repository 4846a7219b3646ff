package import AccountTree
package import ByteCodec
package import ChainTypes
import ProofField

/// Why bytes are not the encoding of a job's input.
package enum JobInputDecodingError: Error, Hashable, Sendable {
    case malformed(ByteReaderError)
    case unknownVersion(UInt8)
    case nonCanonicalDigest
    case operation(AccountOperationDecodingError)
    case witness(BlockWitnessRejection)
}

/// Encoding: version (u8: 1); statement; number of instances (u32) and per instance circuit (u32), logHeight (u8),
/// weight (u32); number of operations (u32) and their records (41 bytes each); witness. Integers are big-endian,
/// digests 32 bytes of eight little-endian u32. One input has one encoding.
extension JobInput {
    private static let version: UInt8 = 1
    private static let instanceByteCount = 9

    /// The encoding above. A statement, plan and witness that the chain made fit its counts; nothing is checked.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.u8(Self.version)
        Self.write(statement, to: &writer)
        writer.u32(UInt32(plan.count))
        for instance in plan {
            writer.u32(instance.circuit)
            writer.u8(instance.logHeight)
            writer.u32(instance.weight)
        }
        writer.u32(UInt32(operations.count))
        for operation in operations { writer.raw(operation.record) }
        witness.encode(to: &writer)
        return writer.bytes
    }

    /// Limits: `Limits.maxInstancesPerJob` instances, `Limits.maxOperationsPerJob` operations and touched leaves.
    /// Memory is bounded by the input's length before it is taken.
    package init(encoded: [UInt8]) throws(JobInputDecodingError) {
        var reader = ByteReader(encoded)
        let parts: (JobStatement, [PlannedInstance])
        let records: [[UInt8]]
        do {
            let version = try reader.u8()
            guard version == Self.version else { throw JobInputDecodingError.unknownVersion(version) }
            parts = (try Self.readStatement(&reader), try Self.readPlan(&reader))
            records = try Self.readRecords(&reader)
        } catch let error as JobInputDecodingError {
            throw error
        } catch let error as ByteReaderError {
            throw .malformed(error)
        } catch {
            throw .malformed(.truncated)
        }
        var operations: [AccountOperation] = []
        operations.reserveCapacity(records.count)
        for record in records {
            do { operations.append(try AccountOperation(record: record)) } catch { throw .operation(error) }
        }
        let witness: BlockWitness
        do { witness = try BlockWitness(from: &reader) } catch { throw .witness(error) }
        do { try reader.expectEnd() } catch { throw .malformed(error) }
        self.init(statement: parts.0, plan: parts.1, operations: operations, witness: witness)
    }

    private static func readPlan(_ reader: inout ByteReader) throws(ByteReaderError) -> [PlannedInstance] {
        let count = try reader.count(max: Limits.maxInstancesPerJob)
        guard reader.remaining / instanceByteCount >= count else { throw .truncated }
        var plan: [PlannedInstance] = []
        for _ in 0..<count {
            plan.append(
                PlannedInstance(circuit: try reader.u32(), logHeight: try reader.u8(), weight: try reader.u32()))
        }
        return plan
    }

    private static func readRecords(_ reader: inout ByteReader) throws(ByteReaderError) -> [[UInt8]] {
        let count = try reader.count(max: Limits.maxOperationsPerJob)
        guard reader.remaining / AccountOperation.recordByteCount >= count else { throw .truncated }
        var records: [[UInt8]] = []
        for _ in 0..<count { records.append(try reader.raw(AccountOperation.recordByteCount)) }
        return records
    }

    private static func write(_ statement: JobStatement, to writer: inout ByteWriter) {
        writer.u64(statement.chainId)
        writer.raw(statement.programHash.bytes)
        writer.u64(statement.firstHeight)
        writer.u64(statement.lastHeight)
        writer.bytes32(statement.lastBlockHash)
        writer.u32(statement.subBlock)
        writer.u32(statement.subBlockCount)
        writer.u32(statement.operationCount)
        writer.bytes32(statement.operationsDigest)
        writer.raw(statement.operationsRoot.bytes)
        writer.raw(statement.before.bytes)
        writer.raw(statement.after.bytes)
        writer.u32(statement.attempt)
    }

    /// Throws `ByteReaderError` and `JobInputDecodingError.nonCanonicalDigest`.
    private static func readStatement(_ reader: inout ByteReader) throws -> JobStatement {
        JobStatement(
            chainId: try reader.u64(), programHash: try readDigest(&reader), firstHeight: try reader.u64(),
            lastHeight: try reader.u64(), lastBlockHash: try reader.bytes32(), subBlock: try reader.u32(),
            subBlockCount: try reader.u32(), operationCount: try reader.u32(),
            operationsDigest: try reader.bytes32(), operationsRoot: try readDigest(&reader),
            before: try readDigest(&reader), after: try readDigest(&reader), attempt: try reader.u32())
    }

    private static func readDigest(_ reader: inout ByteReader) throws -> Digest {
        guard let digest = Digest(bytes: try reader.raw(Digest.byteCount)) else {
            throw JobInputDecodingError.nonCanonicalDigest
        }
        return digest
    }
}
