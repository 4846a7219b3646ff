/// Why a proving transaction is refused, or its payload invalid.
package enum ProvingRefusal: Error, Hashable, Sendable {
    // Found without the payload: the transaction does not belong into a block.
    case unknownJob
    case jobClosed
    /// The job accepts another phase now, or none.
    case wrongPhase
    case notSelected
    /// T2 without a commitment in T1.
    case notCommitted
    /// Nothing was dealt to the sender in this phase.
    case nothingDealt
    case alreadySent
    /// An earlier transaction of the sender for this job was invalid.
    case barred
    case notRegistered
    case inactive
    case jailed
    case belowMinimumStake
    case stakeCannotCoverFee
    case emptyPayload
    case payloadTooLarge
    case fullProofLimitReached
    /// The job does not aggregate sub-blocks.
    case noSubBlocks

    // Found in the payload: the signer signed its digest, so the fault is the signer's.
    case malformedPayload
    case wrongInstances
    case missingInstance
    case noChallenge
    case unknownSubmission
    case instanceNotInSubmission
    case bloomMismatch
    case invalidPartial(instance: UInt32)
    case unbalanced
    /// An aggregate does not refer to the jobs that proved the block's sub-blocks, each once and in order.
    case wrongSubBlocks
    /// An aggregate refers to a full proof that is not on chain.
    case unknownFullProof
    case brokenRootChain
    case operationsNotCovered
    /// A replay was told that the payload is invalid, without being told why.
    case foundInvalid

    // The caller's, not the transaction's.
    /// A replay has neither the payload nor the facts that were taken from it.
    case payloadMissing
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
