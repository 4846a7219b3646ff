package import ProvingRules

extension ProvingRefusal {
    /// The refusal's name, without what it carries.
    package var name: String {
        let text = "\(self)"
        return String(text.prefix { $0 != "(" })
    }

    /// What a person reads.
    package var reason: String {
        switch self {
        case .unknownJob: "no job has this id, or its details were pruned"
        case .jobClosed: "the job is closed"
        case .wrongPhase: "the job does not accept this phase now: the submission is early or late"
        case .notSelected: "the prover was not selected for this job"
        case .notCommitted: "the prover made no commitment in T1"
        case .nothingDealt: "nothing was dealt to the prover in this phase"
        case .alreadySent: "one transaction per prover, phase and job"
        case .barred: "an earlier transaction of the prover for this job was invalid"
        case .notRegistered: "the signer is not the operator key of a registered prover"
        case .inactive: "the prover is not active: it is paused, leaving, or still in its activation delay"
        case .jailed: "the prover is jailed"
        case .belowMinimumStake: "the prover's stake is below the minimum"
        case .stakeCannotCoverFee: "the prover's stake does not cover the fee and the penalty that it locks"
        case .emptyPayload: "the payload is empty"
        case .payloadTooLarge: "the payload is larger than the phase allows"
        case .fullProofLimitReached: "the phase has as many full proofs as it takes"
        case .noSubBlocks: "the job does not aggregate sub-blocks"
        case .malformedPayload: "the payload is not of its phase's form"
        case .wrongInstances: "the payload does not cover exactly the dealt instances"
        case .missingInstance: "the full proof lacks an instance"
        case .noChallenge: "the job has no global challenge"
        case .unknownSubmission: "the full proof reuses a submission that is not on chain"
        case .instanceNotInSubmission: "the reused submission does not prove that instance"
        case .bloomMismatch: "the bloom is not that of the reused submissions"
        case .invalidPartial(let instance): "the partial proof of instance \(instance) is invalid"
        case .unbalanced: "the bus sums of all instances do not cancel"
        case .wrongSubBlocks: "the proof is not made of the jobs that proved the block's sub-blocks, in order"
        case .unknownFullProof: "a sub-block's full proof that the proof refers to is not on chain"
        case .brokenRootChain: "the sub-blocks' roots do not chain from the block's root before to its root after"
        case .operationsNotCovered: "the sub-blocks' operations are not those of the block"
        case .foundInvalid: "the certified verdict says that the payload is invalid"
        case .payloadMissing: "the payload is not here"
        case .payloadDigestMismatch: "the payload does not have the digest that the transaction signs"
        }
    }
}
