import ByteCodec
import ChainTypes
import SystemState

/// Judges a proof over a block's sub-blocks. The full proofs that it refers to were verified when they were included.
struct AggregationJudgement<Verifier: ProofVerifying> {
    /// The aggregation.
    let job: Job
    /// The jobs that proved the sub-blocks.
    let parts: [Job]
    let verifier: Verifier

    func judge(_ bytes: [UInt8]) -> Result<PayloadFacts, ProvingRefusal> {
        guard let payload = try? AggProofPayload(decoding: bytes) else { return .failure(.malformedPayload) }
        guard payload.parts.count == Int(job.statement.subBlockCount) else { return .failure(.wrongSubBlocks) }
        var statements: [JobStatement] = []
        for (index, reference) in payload.parts.enumerated() {
            guard let part = parts.first(where: { $0.id == reference.job }), isSubBlock(part.statement, index) else {
                return .failure(.wrongSubBlocks)
            }
            guard part.fullProofs.contains(where: { $0.owner == reference.prover }) else {
                return .failure(.unknownFullProof)
            }
            statements.append(part.statement)
        }
        guard isChain(statements) else { return .failure(.brokenRootChain) }
        guard verifier.joins(statements, into: job.statement) else { return .failure(.operationsNotCovered) }
        let owners = Set(payload.parts.map(\.prover)).sorted()
        return .success(.fullProof(kind: .aggregate, reused: owners, inlined: []))
    }

    /// Whether the statement is about the block's sub-block at `index`.
    private func isSubBlock(_ statement: JobStatement, _ index: Int) -> Bool {
        statement.isSubBlock && Int(statement.subBlock) == index
            && statement.subBlockCount == job.statement.subBlockCount && statement.chainId == job.statement.chainId
            && statement.firstHeight == job.statement.firstHeight && statement.lastHeight == job.statement.lastHeight
            && statement.lastBlockHash == job.statement.lastBlockHash
    }

    /// Whether each root after is the next one's root before, from the block's root before to its root after.
    private func isChain(_ statements: [JobStatement]) -> Bool {
        guard let first = statements.first, let last = statements.last else { return false }
        return first.before == job.statement.before && last.after == job.statement.after
            && zip(statements, statements.dropFirst()).allSatisfy { $0.after == $1.before }
    }
}
