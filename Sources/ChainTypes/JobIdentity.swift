package import ByteCodec
import Cryptography
import ProofField

extension JobStatement {
    /// The job's id: H("cairn/job/v1", chainId, programHash, firstHeight, lastHeight, lastBlockHash, subBlock,
    /// subBlockCount, operationsDigest, before, after, attempt), in the form of `DomainHash`. A proof for one job is
    /// never valid for another. `operationsDigest` binds the number and the root of the operations.
    package var id: Bytes32 {
        var hash = DomainHash("cairn/job/v1")
        hash.append(chainId)
        hash.append(programHash.bytes)
        hash.append(firstHeight)
        hash.append(lastHeight)
        hash.append(lastBlockHash)
        hash.append(subBlock)
        hash.append(subBlockCount)
        hash.append(operationsDigest)
        hash.append(before.bytes)
        hash.append(after.bytes)
        hash.append(attempt)
        return hash.digest
    }

    /// Whether the job proves one of several parts of a block.
    package var isSubBlock: Bool { subBlock < subBlockCount && subBlockCount > 1 }

    /// Whether the job aggregates a block's sub-blocks: it stands behind the last of them.
    package var isAggregation: Bool { subBlock == subBlockCount && subBlockCount > 1 }
}

extension PlannedInstance {
    /// Commitment to a plan: H("cairn/plan/v1", count (u32), `MerkleRoot` over circuit (u32) ‖ logHeight (u8) ‖
    /// weight (u32) of each instance in order).
    package static func planRoot(_ plan: [PlannedInstance]) -> Bytes32 {
        let leaves = plan.map { instance in
            var writer = ByteWriter()
            writer.u32(instance.circuit)
            writer.u8(instance.logHeight)
            writer.u32(instance.weight)
            return writer.bytes
        }
        var hash = DomainHash("cairn/plan/v1")
        hash.append(UInt32(truncatingIfNeeded: plan.count))
        hash.append(MerkleRoot.over(leaves))
        return hash.digest
    }
}
