package import AccountTree
package import ByteCodec
package import ChainTypes
package import ProofField
package import ProvingRules
package import SystemState

/// What a block is executed in: everything a rule may know besides the state.
package struct ExecutionContext: Hashable, Sendable {
    /// Height of the block.
    package var height: UInt64
    /// Address of the proposer's signing key.
    package var proposer: Address
    /// Wei per gas, by `BaseFee` from the parent.
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
    /// What says whether a proving transaction's payload is valid.
    package enum Evidence: Hashable, Sendable {
        /// An ordinary transaction needs none.
        case none
        /// The payload's bytes, which are judged.
        case payload([UInt8])
        /// A replay without the payload: the header's verdict, and what was taken from the payload then.
        case certified(verdict: Bool, facts: PayloadFacts?)
    }
    /// Its signature and chain were checked.
    package var transaction: VerifiedTransaction
    /// `none` for an ordinary transaction only: a proving one is refused without (`missingPayload`).
    package var evidence: Evidence
    package init(transaction: VerifiedTransaction, evidence: Evidence = .none) {
        self.transaction = transaction
        self.evidence = evidence
    }
}

/// Everything that executing a block leaves behind. Nothing of it is in force before the block is committed.
package struct ExecutedBlock: Sendable {
    /// One for each transaction, in order.
    package var receipts: [Receipt]
    /// Logs of the phase transitions at the block's end, and of the selections at its start.
    package var systemLogs: [Log]
    /// One for each proving transaction, in order: the header's `verdicts`.
    package var verdicts: [Bool]
    /// One entry per proving transaction: what a replay needs once its payload is pruned.
    package var facts: [PayloadFacts?]
    /// Gas of all transactions.
    package var gasUsed: UInt64
    /// Every account that changed, as it is after the block, by rising leaf.
    package var accounts: [IndexedAccount]
    /// Leaves in use after the block.
    package var accountCount: LeafIndex
    /// The block's account operations, in order.
    package var operations: [AccountOperation]
    /// Root of the operations tree.
    package var operationsRoot: Digest
    /// H(domain, count, operationsRoot).
    package var operationsDigest: Bytes32
    /// Nodes of the account tree to write.
    package var treeUpdates: TreeUpdates
    /// Root of the account tree after the block.
    package var accountsRoot: Digest
    /// The system state after the block.
    package var state: SystemState
    /// Its root.
    package var systemRoot: Bytes32
}

/// Why a transaction cannot stand at its place in a block. A builder leaves it out; a voter refuses the block.
package enum InclusionRefusal: Error, Hashable, Sendable {
    /// `next` is the sender's nonce in the block so far.
    case wrongNonce(next: UInt64, got: UInt64)
    case unknownSender
    case insufficientFunds
    /// The maximum fee per gas is below the block's base fee.
    case feeBelowBaseFee
    /// The gas limit does not cover what the transaction costs in any case.
    case intrinsicGasTooLow
    case exceedsBlockGas
    case exceedsBlockOperations
    /// The operations that it could make might not fit the plan of the job that is to prove them.
    case exceedsProvingPlan
    /// The block's declared payloads would pass `proofBytesPerBlock`.
    case exceedsProofBytes
    /// The block's partial proofs would pass `verifyBudgetPerBlock`.
    case exceedsVerificationBudget
    /// There is no EVM: a transaction without recipient does nothing.
    case contractCreation
    case missingPayload
    case provingRefused(ProvingRefusal)
}
