package import ByteCodec
package import ChainTypes
package import Circuits
import ProofField
package import ProvingRules
package import STARKCore
package import STARKProver
package import SystemState

/// Why a payload could not be made. Nothing of it is the chain's fault unless it says so.
package enum JobProverError: Error, Sendable, CustomStringConvertible {
    case input(JobInputRejection)
    case noSuchInstance(UInt32)
    case prover(ProverError)
    /// The trace's root is not the one that this prover committed to.
    case rootChanged(UInt32)
    /// The node's verifier refuses what was just proven.
    case ownProofRefused(UInt32, ProofRejection)
    case noChallenge
    case submissionsIncomplete
    case cancelled

    package var description: String {
        switch self {
        case .input(let rejection): "the node's job input does not hold together: \(rejection)"
        case .noSuchInstance(let index): "the plan has no instance \(index)"
        case .prover(let error): "proving failed: \(error)"
        case .rootChanged(let index): "instance \(index) has another root than the one committed to"
        case .ownProofRefused(let index, let rejection):
            "the verifier refuses the own proof of instance \(index): \(rejection)"
        case .noChallenge: "the job has no challenge"
        case .submissionsIncomplete: "an instance has no valid partial proof on chain"
        case .cancelled: "the work is no longer wanted"
        }
    }
}

/// What the prover reports while it works.
package struct ProvingProgress: Hashable, Sendable {
    package var instance: UInt32
    package var position: Int
    package var count: Int
    package var stage: String
}

/// Makes the payloads of one job: commitments, partial proofs, full proofs. Keeps the committed traces between T1 and
/// T2; what is missing after a restart is computed again, with the same roots.
package struct JobProver: Sendable {
    package typealias Report = (ProvingProgress) -> Void

    private let job: ValidatedJob
    private let verifier: BlockJobVerifier
    private let generator: TraceGenerator
    private let operatorKey: Address
    private let threads: Int
    private let isWanted: @Sendable () -> Bool
    private var committed: [UInt32: CommittedTrace] = [:]
    /// Bytes that the largest trace and its extension took, as the prover measured them.
    package private(set) var peakBytes = 0

    package init(
        input: JobInput, program: BlockProgram, operatorKey: Address, threads: Int,
        isWanted: @escaping @Sendable () -> Bool
    ) throws(JobProverError) {
        switch input.validated(program: program) {
        case .success(let valid): job = valid
        case .failure(let rejection): throw .input(rejection)
        }
        verifier = BlockJobVerifier(program: program)
        generator = TraceGenerator(job)
        self.operatorKey = operatorKey
        self.threads = threads
        self.isWanted = isWanted
    }

    private var statement: JobStatement { job.input.statement }
    private var plan: [PlannedInstance] { job.input.plan }

    /// The stage-1 commitments of `instances`, rising.
    package mutating func commitments(
        _ instances: [UInt32], report: Report
    ) throws(JobProverError) -> CommitmentPayload {
        var entries: [CommitmentPayload.Entry] = []
        for (position, index) in instances.enumerated() {
            report(ProvingProgress(instance: index, position: position, count: instances.count, stage: "commit"))
            entries.append(CommitmentPayload.Entry(instance: index, root: try commit(index).root))
        }
        return CommitmentPayload(entries: entries)
    }

    /// Partial proofs of `instances`, rising, over the job's canonical roots and challenge. Each one passed the node's
    /// verifier.
    package mutating func partials(
        _ instances: [UInt32], chain: Job, report: Report
    ) throws(JobProverError) -> SubmissionPayload {
        let roots = chain.canonicalRoots.compactMap { $0 }
        guard let challenge = chain.challenge, roots.count == plan.count else { throw .noChallenge }
        var entries: [SubmissionPayload.Entry] = []
        for (position, index) in instances.enumerated() {
            let proof = try prove(index, roots: roots, challenge: challenge) { stage in
                report(
                    ProvingProgress(instance: index, position: position, count: instances.count, stage: stage))
            }
            entries.append(SubmissionPayload.Entry(instance: index, proof: proof))
        }
        return SubmissionPayload(entries: entries)
    }

    /// A full proof of the prover's own: all instances, own roots, own challenge.
    package mutating func standAlone(report: Report) throws(JobProverError) -> StandAloneProofPayload {
        let instances = plan.indices.map { UInt32($0) }
        let roots = try commitments(instances, report: report).entries.map(\.root)
        let challenge = verifier.challenge(statement: statement, plan: plan, roots: roots)
        var entries: [StandAloneProofPayload.Entry] = []
        for index in instances {
            let proof = try prove(index, roots: roots, challenge: challenge) { stage in
                report(
                    ProvingProgress(instance: index, position: Int(index), count: instances.count, stage: stage))
            }
            entries.append(StandAloneProofPayload.Entry(root: roots[Int(index)], proof: proof))
        }
        return StandAloneProofPayload(entries: entries)
    }

    private func prover(_ index: UInt32) throws(JobProverError) -> InstanceProver {
        guard plan.indices.contains(Int(index)),
            let circuit = verifier.program.circuits.circuit(id: plan[Int(index)].circuit)
        else { throw .noSuchInstance(index) }
        return InstanceProver(circuit: circuit, parameters: verifier.program.parameters, threads: threads)
    }

    private mutating func commit(_ index: UInt32) throws(JobProverError) -> CommittedTrace {
        guard isWanted() else { throw .cancelled }
        if let known = committed[index] { return known }
        let prover = try prover(index)
        guard let trace = generator.trace(instance: Int(index)) else { throw .noSuchInstance(index) }
        do throws(ProverError) {
            let result = try prover.commit(trace)
            committed[index] = result
            peakBytes = max(peakBytes, result.report.peakBytes)
            return result
        } catch { throw .prover(error) }
    }

    private mutating func prove(
        _ index: UInt32, roots: [Digest], challenge: Digest, stage: (String) -> Void
    ) throws(JobProverError) -> [UInt8] {
        let trace = try commit(index)
        guard trace.root == roots[Int(index)] else { throw .rootChanged(index) }
        guard
            let binding = verifier.binding(
                statement: statement, plan: plan, roots: roots, challenge: challenge, instance: Int(index),
                operatorKey: operatorKey)
        else { throw .noSuchInstance(index) }
        let prover = try prover(index)
        let proven: ProvenInstance
        do throws(ProverError) {
            proven = try prover.prove(trace, binding: binding, progress: { stage($0.rawValue) })
        } catch { throw .prover(error) }
        peakBytes = max(peakBytes, proven.report.peakBytes)
        let verdict = verifier.verifyPartial(
            statement: statement, plan: plan, roots: roots, challenge: challenge, instance: Int(index),
            operatorKey: operatorKey, proof: proven.proof)
        if case .failure(let rejection) = verdict { throw .ownProofRefused(index, rejection) }
        return proven.proof
    }
}
