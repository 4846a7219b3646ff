package import ByteCodec
import ChainTypes
import ProofField
package import ProverRuntime
import ProvingRules
package import SystemState

/// Does the work of an honest prover with the stand-in proof system.
package enum StandInWork {
    /// The payload of an action; nil when there is nothing to send, or nothing to make it of.
    ///
    /// - Parameter trace: 0 for the honest trace.
    package static func payload(
        _ action: ProverAction, _ job: Job, operatorKey: Address, trace: UInt8 = 0
    ) -> [UInt8]? {
        switch action {
        case .wait: nil
        case .commit(_, let instances):
            CommitmentPayload(
                entries: instances.map {
                    CommitmentPayload.Entry(
                        instance: $0, root: StandInProofs.root(job.statement, instance: $0, trace: trace))
                }
            ).encoded
        case .submit(let instances): submission(instances, job, operatorKey, trace)
        case .aggregateSubBlocks: AggProofPayload(job).encoded
        case .aggregate: CompositeProofPayload.ofReferences(job)?.encoded
        case .proveAlone: standAlone(job, operatorKey)
        }
    }

    /// Partial proofs over the canonical roots; nil when the own traces have other roots.
    private static func submission(
        _ instances: [UInt32], _ job: Job, _ operatorKey: Address, _ trace: UInt8
    ) -> [UInt8]? {
        guard let challenge = job.challenge else { return nil }
        var entries: [SubmissionPayload.Entry] = []
        for instance in instances {
            let root = StandInProofs.root(job.statement, instance: instance, trace: trace)
            guard job.canonicalRoots.indices.contains(Int(instance)), job.canonicalRoots[Int(instance)] == root else {
                return nil
            }
            entries.append(
                SubmissionPayload.Entry(
                    instance: instance,
                    proof: StandInProofs.proof(
                        job.statement, root: root, challenge: challenge, instance: instance, operatorKey: operatorKey)))
        }
        return SubmissionPayload(entries: entries).encoded
    }

    private static func standAlone(_ job: Job, _ operatorKey: Address) -> [UInt8] {
        let roots = job.plan.indices.map { StandInProofs.root(job.statement, instance: UInt32(clamping: $0)) }
        let challenge = StandInProofs().challenge(statement: job.statement, plan: job.plan, roots: roots)
        return StandAloneProofPayload(
            entries: roots.enumerated().map { instance, root in
                StandAloneProofPayload.Entry(
                    root: root,
                    proof: StandInProofs.proof(
                        job.statement, root: root, challenge: challenge, instance: UInt32(clamping: instance),
                        operatorKey: operatorKey))
            }
        ).encoded
    }
}
