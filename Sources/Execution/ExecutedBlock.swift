package import AccountTree
package import ByteCodec
package import ChainTypes
package import ProofField
package import ProvingRules
package import SystemState

/// What a block is executed in: everything a rule may know besides the state.
package struct ExecutionContext: Hashable, Sendable {
    package var height: UInt64
    package var proposer: Address
    package var baseFee: UInt128
    /// RANDAO mix after this block, from its own VRF proof.
    package var mix: Bytes32
    /// The round in which the block was first proposed: the proposers of the rounds before it are charged.
    package var originRound: UInt32
    /// Equivocations that the block shows, in its order.
    package var evidence: [VerifiedEquivocation]
    package init(
        height: UInt64, proposer: Address, baseFee: UInt128, mix: Bytes32, originRound: UInt32 = 0,
        evidence: [VerifiedEquivocation] = []
    ) {
        self.height = height
        self.proposer = proposer
        self.baseFee = baseFee
        self.mix = mix
        self.originRound = originRound
        self.evidence = evidence
    }
}

/// A transaction to execute. A proving transaction comes with its payload, or, when the payload was pruned, with the
/// verdict that the block's certificate vouches for.
package struct ExecutableTransaction: Hashable, Sendable {
    package enum Evidence: Hashable, Sendable {
        case none
        case payload([UInt8])
        case certified(verdict: Bool, facts: PayloadFacts?)
    }
    package var transaction: VerifiedTransaction
    package var evidence: Evidence
    package init(transaction: VerifiedTransaction, evidence: Evidence = .none) {
        self.transaction = transaction
        self.evidence = evidence
    }
}

/// Everything that executing a block leaves behind. Nothing of it is in force before the block is committed.
package struct ExecutedBlock: Sendable {
    package var receipts: [Receipt]
    /// Logs of the phase transitions at the block's end, and of the selections at its start.
    package var systemLogs: [Log]
    package var verdicts: [Bool]
    /// One entry per proving transaction: what a replay needs once its payload is pruned.
    package var facts: [PayloadFacts?]
    package var gasUsed: UInt64
    package var accounts: [IndexedAccount]
    package var accountCount: LeafIndex
    package var operations: [AccountOperation]
    package var operationsRoot: Digest
    package var operationsDigest: Bytes32
    package var treeUpdates: TreeUpdates
    package var accountsRoot: Digest
    package var state: SystemState
    package var systemRoot: Bytes32
}

/// Why a transaction cannot stand at its place in a block. A builder leaves it out; a voter refuses the block.
package enum InclusionRefusal: Error, Hashable, Sendable {
    case wrongNonce(next: UInt64, got: UInt64)
    case unknownSender
    case insufficientFunds
    case feeBelowBaseFee
    case intrinsicGasTooLow
    case exceedsBlockGas
    case exceedsBlockOperations
    /// The operations that it could make might not fit the plan of the job that is to prove them.
    case exceedsProvingPlan
    case exceedsProofBytes
    case exceedsVerificationBudget
    case contractCreation
    case missingPayload
    case provingRefused(ProvingRefusal)
}
