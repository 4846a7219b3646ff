import ByteCodec
import ChainTypes
import Circuits
import ProvingRules
import SystemState

/// Verifies a proof over a block's sub-blocks from its bytes, the aggregation's record, and the sub-blocks' own proofs.
struct AggregationCheck {
    let program: BlockProgram
    /// The aggregation with its proof.
    let bundle: ProofBundle
    /// The proofs of the sub-blocks, in order.
    let parts: [ProofBundle]

    /// The jobs that the proof refers to, by sub-block.
    static func references(_ bundle: ProofBundle) throws(ProofCheckFailure) -> [Bytes32] {
        guard let proof = bundle.job.fullProofs.first(where: { $0.owner == bundle.fullProof.owner }),
            Payload.digest(of: bundle.fullProof.payload) == proof.inclusion.payloadDigest
        else { throw .payloadDigestMismatch(bundle.fullProof.owner) }
        do {
            return try AggProofPayload(decoding: bundle.fullProof.payload).parts.map(\.job)
        } catch {
            throw .payloadMalformed(error)
        }
    }

    /// The number of partial proofs verified, those of all sub-blocks.
    func run(progress: (_ instance: Int, _ count: Int) -> Void) throws(ProofCheckFailure) -> Int {
        let statement = bundle.job.statement
        guard statement.id == bundle.job.id else { throw .idMismatch }
        let statements = parts.map(\.job.statement)
        guard try Self.references(bundle) == parts.map(\.job.id), parts.count == Int(statement.subBlockCount),
            statements.enumerated().allSatisfy({ index, part in isSubBlock(part, index, of: statement) })
        else { throw .wrongSubBlocks }
        var verified = 0
        for part in parts { verified += try ProofCheck(program: program, bundle: part).run(progress: progress) }
        guard statements.first?.before == statement.before, statements.last?.after == statement.after,
            zip(statements, statements.dropFirst()).allSatisfy({ $0.after == $1.before })
        else { throw .brokenRootChain }
        guard BlockJobVerifier(program: program).joins(statements, into: statement) else {
            throw .operationsNotCovered
        }
        return verified
    }

    private func isSubBlock(_ part: JobStatement, _ index: Int, of block: JobStatement) -> Bool {
        part.isSubBlock && Int(part.subBlock) == index && part.subBlockCount == block.subBlockCount
            && part.firstHeight == block.firstHeight && part.lastBlockHash == block.lastBlockHash
            && part.chainId == block.chainId
    }
}
