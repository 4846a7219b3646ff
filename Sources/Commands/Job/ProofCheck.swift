import ByteCodec
import ChainTypes
import Circuits
import ProofField
import ProvingRules
import STARKCore
import STARKVerifier
import SystemState

/// Why a job's full proof does not show what it should.
enum ProofCheckFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case idMismatch
    case planRootMismatch
    case statementInconsistent
    case planRejected(JobRejection)
    /// The payload does not have the digest that the chain recorded for it.
    case payloadDigestMismatch(Address)
    case payloadMalformed(PayloadRejection)
    case rootMissing(UInt32)
    case partCount(have: Int, want: Int)
    /// The full proof refers to a submission that is not on chain, or does not hold the instance.
    case submissionMissing(Address, instance: UInt32)
    case challengeMismatch
    case partial(instance: UInt32, ProofRejection)
    case busUnbalanced
    case recursiveUnknown
    /// The sub-blocks' proofs are not those of the block's sub-blocks, each once and in order.
    case wrongSubBlocks
    case brokenRootChain
    case operationsNotCovered

    var description: String {
        switch self {
        case .idMismatch: "idMismatch: the job's id does not follow from its statement"
        case .planRootMismatch: "planRootMismatch: the plan is not the one that the job commits to"
        case .statementInconsistent:
            "statementInconsistent: the statement is not about this program and these operations"
        case .planRejected(let rejection): "planRejected: \(rejection)"
        case .payloadDigestMismatch(let owner): "payloadDigestMismatch: the payload of \(owner) is not the one on chain"
        case .payloadMalformed(let rejection): "payloadMalformed: \(rejection)"
        case .rootMissing(let instance): "rootMissing: nobody committed to instance \(instance)"
        case .partCount(let have, let want): "partCount: \(have) partial proofs for \(want) instances"
        case .submissionMissing(let owner, let instance):
            "submissionMissing: no submission of \(owner) holds instance \(instance)"
        case .challengeMismatch: "challengeMismatch: the challenge does not follow from the committed roots"
        case .partial(let instance, let rejection): "the partial proof of instance \(instance) is refused: \(rejection)"
        case .busUnbalanced: "busUnbalanced: the circuits do not agree with each other"
        case .wrongSubBlocks: "wrongSubBlocks: the proof is not made of the block's sub-blocks in order"
        case .brokenRootChain: "brokenRootChain: the sub-blocks' roots do not chain over the block"
        case .operationsNotCovered: "operationsNotCovered: the sub-blocks' operations are not the block's"
        case .recursiveUnknown: "recursiveUnknown: this release does not verify recursive proofs"
        }
    }
}

/// A full proof with the submissions that it refers to, as the chain holds them.
struct ProofBundle: Sendable {
    struct Part: Sendable {
        let owner: Address
        let payload: [UInt8]
    }

    let job: Job
    let fullProof: Part
    let submissions: [Part]
}

/// Verifies a full proof from nothing but its bytes and the job's record. Total: any bundle gives a verdict.
struct ProofCheck {
    private let verifier: BlockJobVerifier
    private let bundle: ProofBundle
    private var job: Job { bundle.job }

    init(program: BlockProgram, bundle: ProofBundle) {
        verifier = BlockJobVerifier(program: program)
        self.bundle = bundle
    }

    /// One partial proof with the key that it binds.
    private struct Partial {
        let operatorKey: Address
        let proof: [UInt8]
    }

    /// The number of partial proofs verified. `progress` is called before each of them.
    func run(progress: (_ instance: Int, _ count: Int) -> Void) throws(ProofCheckFailure) -> Int {
        guard job.statement.id == job.id else { throw .idMismatch }
        guard PlannedInstance.planRoot(job.plan) == job.planRoot else { throw .planRootMismatch }
        guard verifier.isConsistent(job.statement) else { throw .statementInconsistent }
        if let rejection = verifier.check(plan: job.plan, statement: job.statement) { throw .planRejected(rejection) }
        guard let proof = job.fullProofs.first(where: { $0.owner == bundle.fullProof.owner }) else {
            throw .payloadDigestMismatch(bundle.fullProof.owner)
        }
        try checkDigest(of: bundle.fullProof, proof.inclusion)
        let (roots, partials) =
            switch proof.kind {
            case .composite: try composite(proof)
            case .standAlone: try standAlone(proof)
            case .recursive: throw .recursiveUnknown
            case .aggregate: throw .wrongSubBlocks
            }
        let challenge = verifier.challenge(statement: job.statement, plan: job.plan, roots: roots)
        guard proof.kind != .composite || challenge == job.challenge else { throw .challengeMismatch }
        var sums: [BusSum] = []
        for (instance, partial) in partials.enumerated() {
            progress(instance, partials.count)
            let verdict = verifier.verifyPartial(
                statement: job.statement, plan: job.plan, roots: roots, challenge: challenge, instance: instance,
                operatorKey: partial.operatorKey, proof: partial.proof)
            switch verdict {
            case .success(let sum): sums.append(sum)
            case .failure(let rejection): throw .partial(instance: UInt32(clamping: instance), rejection)
            }
        }
        guard verifier.isBalanced(statement: job.statement, challenge: challenge, sums: sums) else {
            throw .busUnbalanced
        }
        return sums.count
    }

    private func checkDigest(of part: ProofBundle.Part, _ inclusion: Inclusion) throws(ProofCheckFailure) {
        guard Payload.digest(of: part.payload) == inclusion.payloadDigest else {
            throw .payloadDigestMismatch(part.owner)
        }
    }

    private func composite(_ proof: FullProof) throws(ProofCheckFailure) -> ([Digest], [Partial]) {
        var roots: [Digest] = []
        for instance in job.plan.indices {
            guard job.canonicalRoots.indices.contains(instance), let root = job.canonicalRoots[instance] else {
                throw .rootMissing(UInt32(clamping: instance))
            }
            roots.append(root)
        }
        let payload: CompositeProofPayload
        do { payload = try CompositeProofPayload(decoding: bundle.fullProof.payload) } catch {
            throw .payloadMalformed(error)
        }
        guard payload.parts.count == job.plan.count else {
            throw .partCount(have: payload.parts.count, want: job.plan.count)
        }
        let submissions = try decodedSubmissions()
        var partials: [Partial] = []
        for (position, part) in payload.parts.enumerated() {
            let instance = UInt32(clamping: position)
            switch part {
            case .inline(let bytes):
                partials.append(Partial(operatorKey: proof.inclusion.operatorKey, proof: bytes))
            case .reference(let owner):
                guard let submission = submissions[owner], let bytes = submission.proofs[instance] else {
                    throw .submissionMissing(owner, instance: instance)
                }
                partials.append(Partial(operatorKey: submission.operatorKey, proof: bytes))
            }
        }
        return (roots, partials)
    }

    private typealias Submitted = (operatorKey: Address, proofs: [UInt32: [UInt8]])

    private func decodedSubmissions() throws(ProofCheckFailure) -> [Address: Submitted] {
        var submissions: [Address: Submitted] = [:]
        for part in bundle.submissions {
            guard let submission = job.submission(of: part.owner) else {
                throw .payloadDigestMismatch(part.owner)
            }
            try checkDigest(of: part, submission.inclusion)
            let payload: SubmissionPayload
            do { payload = try SubmissionPayload(decoding: part.payload) } catch { throw .payloadMalformed(error) }
            let proofs = Dictionary(payload.entries.map { ($0.instance, $0.proof) }) { first, _ in first }
            submissions[part.owner] = (submission.inclusion.operatorKey, proofs)
        }
        return submissions
    }

    private func standAlone(_ proof: FullProof) throws(ProofCheckFailure) -> ([Digest], [Partial]) {
        let payload: StandAloneProofPayload
        do { payload = try StandAloneProofPayload(decoding: bundle.fullProof.payload) } catch {
            throw .payloadMalformed(error)
        }
        guard payload.entries.count == job.plan.count else {
            throw .partCount(have: payload.entries.count, want: job.plan.count)
        }
        let key = proof.inclusion.operatorKey
        return (payload.entries.map(\.root), payload.entries.map { Partial(operatorKey: key, proof: $0.proof) })
    }
}
