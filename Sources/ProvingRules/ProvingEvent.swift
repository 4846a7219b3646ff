package import ByteCodec
package import ProofField
package import SystemState

/// What happened under the proving rules, with every field that its ABI event has. Provers are named by owner.
package enum ProvingEvent: Hashable, Sendable {
    /// Provers were selected, by rank, and T1 opened.
    case jobSelected(
        job: UInt64, id: Bytes32, firstHeight: UInt64, lastHeight: UInt64, attempt: UInt32, provers: [Address])
    /// A block with operations ended; `subBlocks` jobs will prove it.
    case blockSplit(height: UInt64, subBlocks: UInt32)
    /// The selected job is about a part of the block, or about all of them when `subBlock` is `count`.
    case subBlockSelected(job: UInt64, height: UInt64, subBlock: UInt32, count: UInt32)
    /// The first valid AggProof over the block at `height`.
    case blockAggregated(job: UInt64, height: UInt64, prover: Address)
    case committed(job: UInt64, prover: Address, phase: JobPhase)
    /// `count` instances that nobody had committed were dealt again.
    case instancesReassigned(job: UInt64, count: UInt32)
    /// `commitments` well-formed ones; without a global challenge under a commit gap.
    case t1Closed(job: UInt64, commitments: UInt32, commitGap: Bool)
    case challengeSet(job: UInt64, challenge: Digest)
    /// A valid submission of `instances` partial proofs.
    case submitted(job: UInt64, prover: Address, instances: UInt32)
    case partialsComplete(job: UInt64)
    /// A valid full proof, with the number of submissions that it reuses.
    case fullProofAccepted(job: UInt64, prover: Address, phase: JobPhase, reused: UInt32)
    /// Without the reason: whoever replays the block with a pruned payload knows the verdict only, and must write the
    /// same log. The reason stands in `ProvingOutcome.refusal`.
    case proofRejected(job: UInt64, prover: Address, phase: JobPhase)
    /// `endsAt` is the last height at which transactions are accepted.
    case phaseOpened(job: UInt64, phase: JobPhase, endsAt: UInt64)
    case jobProven(job: UInt64, firstHeight: UInt64, lastHeight: UInt64)
    case jobRetried(job: UInt64, next: UInt64, attempt: UInt32)
    case jobClosed(job: UInt64, outcome: JobOutcome)
    /// Everything up to `height` is proven.
    case provenHeightAdvanced(height: UInt64)
    /// Minted as a claim: wei.
    case paid(job: UInt64, account: PaymentAccount, reason: PaymentReason, amount: UInt128)
    /// Burned from the prover's stake: wei, less than the rule says when the stake does not hold it.
    case penalised(job: UInt64, prover: Address, reason: PaymentReason, amount: UInt128)
    case proverRegistered(owner: Address, operatorKey: Address, recipient: Address, stake: UInt128)
    case deposited(owner: Address, amount: UInt128, activeFrom: UInt64)
    case paused(owner: Address)
    case resumed(owner: Address, activeFrom: UInt64)
    case leaving(owner: Address)
    /// `amount` wei may be withdrawn from `releaseAt` on.
    case unbondingStarted(owner: Address, amount: UInt128, releaseAt: UInt64)
    case withdrawn(owner: Address, amount: UInt128)
    case operatorChanged(owner: Address, operatorKey: Address, activeFrom: UInt64)
    case recipientChanged(owner: Address, recipient: Address, activeFrom: UInt64)
    /// Until the first height at which `unjail` is accepted.
    case jailed(owner: Address, until: UInt64)
    case unjailed(owner: Address, activeFrom: UInt64)
}
