/// Why a proving transaction is refused, or its payload invalid.
package enum ProvingRefusal: Error, Hashable, Sendable {
    // Found without the payload: the transaction does not belong into a block.
    case unknownJob
    case jobClosed
    /// The job accepts another phase now, or none.
    case wrongPhase
    /// Not among the job's provers, in a phase that is for them.
    case notSelected
    /// T2 without a commitment in T1.
    case notCommitted
    /// Nothing was dealt to the sender in this phase.
    case nothingDealt
    /// One transaction of a prover is taken for each phase of a job.
    case alreadySent
    /// An earlier transaction of the sender for this job was invalid.
    case barred
    /// The signer is no prover's operator key.
    case notRegistered
    /// The prover's registration has not taken effect yet.
    case inactive
    case jailed
    case belowMinimumStake
    /// The stake does not cover fee and `penaltyInvalidProof` together.
    case stakeCannotCoverFee
    case emptyPayload
    /// Above what a full proof, or an AggProof, of the job can take.
    case payloadTooLarge
    /// The phase has `maxFullProofsPerPhase` valid full proofs already.
    case fullProofLimitReached
    /// The job does not aggregate sub-blocks.
    case noSubBlocks

    // Found in the payload: the signer signed its digest, so the fault is the signer's.
    /// The bytes are not a payload of the phase.
    case malformedPayload
    /// A commitment for other instances than were dealt, or a proof of another number of instances than the plan's.
    case wrongInstances
    /// A submission lacks an instance that the sender owes.
    case missingInstance
    /// The job has no global challenge: only a stand-alone proof can be judged.
    case noChallenge
    /// A reference to a prover without a valid submission.
    case unknownSubmission
    /// A reference to a submission that does not prove this instance.
    case instanceNotInSubmission
    /// The bloom is not that of the submissions referred to.
    case bloomMismatch
    /// The partial proof of this instance does not verify.
    case invalidPartial(instance: UInt32)
    /// The bus sums of all instances and the public terms do not add to zero.
    case unbalanced
    /// An aggregate does not refer to the jobs that proved the block's sub-blocks, each once and in order.
    case wrongSubBlocks
    /// An aggregate refers to a full proof that is not on chain.
    case unknownFullProof
    /// The roots of the sub-blocks do not lead from the block's root before to its root after.
    case brokenRootChain
    /// The sub-blocks' operations are not those of the block.
    case operationsNotCovered
    /// A replay was told that the payload is invalid, without being told why.
    case foundInvalid

    // The caller's, not the transaction's.
    /// A replay has neither the payload nor the facts that were taken from it.
    case payloadMissing
    /// The payload is another one than the transaction signs.
    case payloadDigestMismatch
}

/// Why a call of the prover registry is refused.
package enum RegistryRefusal: Error, Hashable, Sendable {
    case alreadyRegistered
    case notRegistered
    case tooManyProvers
    case zeroAddress
    case operatorKeyInUse
    case belowMinimumStake
    case zeroAmount
    case amountTooLarge
    case alreadyPaused
    case notPaused
    case alreadyLeaving
    case changePending
    case nothingToWithdraw
    case notJailed
    case jailNotOver
    case unjailPending
}

extension RegistryRefusal {
    /// Name and sentence, as a revert tells them.
    package var reason: String { "\(self): \(sentence)" }

    private var sentence: String {
        switch self {
        case .alreadyRegistered: "this owner has a prover already"
        case .notRegistered: "the prover is not registered"
        case .tooManyProvers: "the chain has as many provers as it takes"
        case .zeroAddress: "the zero address cannot be a key or a recipient"
        case .operatorKeyInUse: "another prover uses this operator key"
        case .belowMinimumStake: "the stake is below the chain's minimum"
        case .zeroAmount: "the amount is zero"
        case .amountTooLarge: "the stake would pass 2^128 wei"
        case .alreadyPaused: "the prover is paused already"
        case .notPaused: "the prover is not paused, or resumes already"
        case .alreadyLeaving: "the prover is leaving"
        case .changePending: "an earlier change of this key has not taken effect"
        case .nothingToWithdraw: "no stake has finished unbonding"
        case .notJailed: "the prover is not jailed"
        case .jailNotOver: "the jail time is not over"
        case .unjailPending: "the prover is on its way out of jail"
        }
    }
}
