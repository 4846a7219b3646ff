package import AccountTree
package import ByteCodec
package import ChainTypes
import ProofField
package import ProvingRules
package import SystemState

/// Executes one block on top of a state: `openBlock` of the proving rules, transactions in order, `closeBlock`
/// (`Docs/Spec`, order inside a block). A builder offers candidates and leaves out what is refused; a voter refuses the
/// block. Neither changes anything but this value: the caller commits what `finish` returns.
package struct BlockExecutor<Preparer: JobPreparing, Verifier: ProofVerifying> {
    /// What the block is executed in.
    package let context: ExecutionContext
    private let parameters: ChainParameters
    private let preparer: Preparer
    private let verifier: Verifier
    private var tree: AccountTree
    private let parentHash: Bytes32
    var accounts: AccountsOverlay
    var state: SystemState
    private var receipts: [Receipt] = []
    private var systemLogs: [Log] = []
    private var verdicts: [Bool] = []
    private var facts: [PayloadFacts?] = []
    /// Gas of the transactions so far, at most the genesis's `gasLimit`.
    private(set) package var gasUsed: UInt64 = 0
    private var proofBytes: UInt64 = 0
    private var proofChecks: UInt64 = 0
    private var meter: SubBlockMeter

    /// Opens the block: jobs get their provers, equivocations are punished and missed proposals charged. `state`,
    /// `accounts` and `tree` are those after the parent; `context` is trusted to be the block's.
    package init(
        context: ExecutionContext, parentHash: Bytes32, state: SystemState, accounts: any AccountReader,
        tree: AccountTree, preparer: Preparer, verifier: Verifier
    ) {
        self.context = context
        self.parameters = state.genesis.chain
        meter = SubBlockMeter(size: Int(state.parameters.subBlockOperations))
        self.preparer = preparer
        self.verifier = verifier
        self.tree = tree
        self.parentHash = parentHash
        self.accounts = AccountsOverlay(base: accounts)
        self.state = state
        self.state.height = context.height
        self.state.mix = context.mix
        let events = JobLifecycle.openBlock(
            provingContext, preparer: preparer, verifier: verifier, state: &self.state)
        systemLogs = events.map { EventLogs.log($0, state: self.state) }
        let penalties =
            ValidatorPenalties.punish(context.evidence, state: &self.state)
            + ValidatorPenalties.chargeMissedProposals(originRound: context.originRound, state: &self.state)
        systemLogs += penalties.map(ValidatorLogs.log)
    }

    private var provingContext: BlockContext {
        BlockContext(height: context.height, proposer: context.proposer, parentHash: parentHash, mix: context.mix)
    }

    /// Moves a block in the making to other readers of the state that it was begun on. `tree` is not looked at before
    /// the end.
    package mutating func rebase(accounts: any AccountReader, tree: AccountTree) {
        self.accounts.rebase(on: accounts)
        self.tree = tree
    }

    /// The next nonce of an account; 0 for one that does not exist.
    package func nonce(of address: Address) throws(StorageFault) -> UInt64 {
        try accounts.account(at: address)?.account.nonce ?? 0
    }

    /// Whose claims the tips become.
    private var payee: Address { state.payee(ofValidator: context.proposer) }

    /// Gas left for further transactions.
    package var gasLeft: UInt64 { parameters.gasLimit - gasUsed }

    // MARK: - Transactions

    /// Executes one transaction. A refusal changes nothing; a failed transaction is charged and has a receipt.
    package mutating func apply(
        _ executable: ExecutableTransaction
    ) throws(StorageFault) -> Result<Receipt, InclusionRefusal> {
        let transaction = executable.transaction
        guard let price = transaction.effectiveGasPrice(baseFee: context.baseFee) else {
            return .failure(.feeBelowBaseFee)
        }
        let limit = transaction.gasLimit(parameters.gas)
        guard limit <= gasLeft else { return .failure(.exceedsBlockGas) }
        switch transaction.body {
        case .ordinary(let ordinary):
            return try applyOrdinary(transaction, ordinary, price: price)
        case .proving(let proving):
            return applyProving(transaction, proving, executable.evidence, gas: limit, price: price)
        }
    }

    private mutating func record(_ receipt: Receipt) -> Receipt {
        gasUsed += receipt.gasUsed
        var receipt = receipt
        receipt.cumulativeGasUsed = gasUsed
        receipts.append(receipt)
        return receipt
    }

    // MARK: Ordinary

    private mutating func applyOrdinary(
        _ transaction: VerifiedTransaction, _ ordinary: OrdinaryTransaction, price: UInt128
    ) throws(StorageFault) -> Result<Receipt, InclusionRefusal> {
        guard let to = ordinary.to else { return .failure(.contractCreation) }
        let intrinsic = parameters.gas.intrinsicGas(of: ordinary)
        guard intrinsic <= ordinary.gasLimit else { return .failure(.intrinsicGasTooLow) }
        guard accounts.operations.count + 2 <= Int(parameters.maxOperationsPerBlock) else {
            return .failure(.exceedsBlockOperations)
        }
        guard meter.loads(with: Int(OperationWeight.operationsOfTransaction)).allSatisfy(preparer.fits) else {
            return .failure(.exceedsProvingPlan)
        }
        guard let sender = try accounts.account(at: transaction.sender)?.account else {
            return .failure(.unknownSender)
        }
        guard sender.nonce == ordinary.nonce, sender.nonce < Account.maxNonce else {
            return .failure(.wrongNonce(next: sender.nonce, got: ordinary.nonce))
        }
        guard let cost = ordinary.maxCost, sender.balance >= cost else { return .failure(.insufficientFunds) }

        let effect = try self.effect(of: ordinary, from: transaction.sender, to: to, intrinsic: intrinsic)
        let fee = UInt128(effect.gas) * price
        // Both were found possible above; what the call changed in the state stands.
        guard try accounts.debit(transaction.sender, amount: fee + effect.taken, incrementingNonce: true) else {
            throw StorageFault(kind: .corruption, message: "a debit that was found possible failed")
        }
        if let credit = effect.credit {
            guard try accounts.credit(credit.address, amount: credit.amount) else {
                throw StorageFault(kind: .corruption, message: "a credit that was found possible failed")
            }
        }
        meter.take(accounts.operations)
        bookFee(gas: effect.gas, price: price)
        return .success(
            record(
                Receipt(
                    kind: ordinary.kind, succeeded: effect.failure == nil, gasUsed: effect.gas, cumulativeGasUsed: 0,
                    effectiveGasPrice: price, logs: effect.logs, failure: effect.failure)))
    }

    private mutating func bookFee(gas: UInt64, price: UInt128) {
        state.recordBurn(UInt128(gas) * context.baseFee)
        state.creditClaimable(UInt128(gas) * (price - context.baseFee), to: payee)
    }

    /// What an ordinary transaction does besides paying its fee.
    private struct Effect {
        var gas: UInt64
        /// Leaves the sender's account together with the fee.
        var taken: UInt128 = 0
        var credit: (address: Address, amount: UInt128)?
        var logs: [Log] = []
        var failure: String?
    }

    private mutating func effect(
        of ordinary: OrdinaryTransaction, from sender: Address, to: Address, intrinsic: UInt64
    ) throws(StorageFault) -> Effect {
        if let contract = SystemContract(address: to) {
            return try call(contract, ordinary, from: sender, intrinsic: intrinsic)
        }
        guard ordinary.value > 0 else { return Effect(gas: intrinsic) }
        return try crediting(
            to, ordinary.value, Effect(gas: intrinsic, taken: ordinary.value), gasLimit: ordinary.gasLimit)
    }

    /// Adds a credit to an effect, with the price of creating the account, or turns it into a failure.
    private func crediting(
        _ address: Address, _ amount: UInt128, _ effect: Effect, gasLimit: UInt64
    ) throws(StorageFault) -> Effect {
        var effect = effect
        if try accounts.account(at: address) == nil {
            let (gas, overflow) = effect.gas.addingReportingOverflow(parameters.gas.accountCreation)
            guard !overflow, gas <= gasLimit else {
                return Effect(gas: gasLimit, failure: "out of gas: the recipient's account has to be created")
            }
            guard accounts.hasRoom else { return Effect(gas: effect.gas, failure: "the account tree is full") }
            effect.gas = gas
        }
        effect.credit = (address, amount)
        return effect
    }

    private mutating func call(
        _ contract: SystemContract, _ ordinary: OrdinaryTransaction, from sender: Address, intrinsic: UInt64
    ) throws(StorageFault) -> Effect {
        let call: ContractCall
        do {
            call = try ContractCall.decode(ordinary.data, to: contract)
        } catch {
            return Effect(gas: intrinsic, failure: error.reason)
        }
        guard call.isPayable || ordinary.value == 0 else {
            return Effect(gas: intrinsic, failure: "this function takes no value")
        }
        switch call {
        case .claim: return try claim(sender, intrinsic: intrinsic, gasLimit: ordinary.gasLimit)
        case .claimFor(let beneficiary):
            return try claim(beneficiary, intrinsic: intrinsic, gasLimit: ordinary.gasLimit)
        default: break
        }
        switch call.apply(owner: sender, value: ordinary.value, state: &state) {
        case .success(let log):
            return Effect(gas: intrinsic, taken: ordinary.value, logs: [log])
        case .failure(let refusal):
            return Effect(gas: intrinsic, failure: refusal.reason)
        }
    }

    private mutating func claim(
        _ beneficiary: Address, intrinsic: UInt64, gasLimit: UInt64
    ) throws(StorageFault) -> Effect {
        guard let amount = state.claimable[beneficiary] else {
            return Effect(gas: intrinsic, failure: "nothing to claim")
        }
        var effect = try crediting(beneficiary, amount, Effect(gas: intrinsic), gasLimit: gasLimit)
        guard effect.failure == nil else { return effect }
        _ = state.takeClaimable(beneficiary)
        effect.logs = [EventLogs.claimed(beneficiary, amount: amount)]
        return effect
    }

    // MARK: Proving

    private mutating func applyProving(
        _ transaction: VerifiedTransaction, _ proving: ProvingTransaction,
        _ evidence: ExecutableTransaction.Evidence, gas: UInt64, price: UInt128
    ) -> Result<Receipt, InclusionRefusal> {
        guard proofBytes + UInt64(proving.payloadLength) <= state.parameters.proofBytesPerBlock else {
            return .failure(.exceedsProofBytes)
        }
        let checks = JobLifecycle.verificationCost(of: proving, verifier: verifier, state: state)
        guard proofChecks + checks <= state.parameters.verifyBudgetPerBlock else {
            return .failure(.exceedsVerificationBudget)
        }
        let (fee, overflow) = UInt128(gas).multipliedReportingOverflow(by: price)
        guard !overflow else { return .failure(.insufficientFunds) }
        let owner: Address
        switch JobLifecycle.precheck(
            proving, operator: transaction.sender, fee: fee, verifier: verifier, state: state)
        {
        case .success(let found): owner = found
        case .failure(let refusal): return .failure(.provingRefused(refusal))
        }
        let (payload, claimed, known) = evidence.parts
        guard payload != nil || claimed != nil else { return .failure(.missingPayload) }
        var after = state
        guard
            after.chargeFee(
                owner, burned: UInt128(gas) * context.baseFee, tip: UInt128(gas) * (price - context.baseFee),
                to: payee)
        else { return .failure(.provingRefused(.stakeCannotCoverFee)) }
        let outcome = JobLifecycle.apply(
            proving, operator: transaction.sender, transactionHash: transaction.hash, payload: payload,
            claimedVerdict: claimed, facts: known, verifier: verifier, context: provingContext, state: &after)
        guard outcome.accepted else { return .failure(.provingRefused(outcome.refusal ?? .unknownJob)) }
        state = after
        proofBytes += UInt64(proving.payloadLength)
        proofChecks += checks
        verdicts.append(outcome.valid)
        facts.append(outcome.facts)
        return .success(
            record(
                Receipt(
                    kind: .proving, succeeded: outcome.valid, gasUsed: gas, cumulativeGasUsed: 0,
                    effectiveGasPrice: price, logs: outcome.events.map { EventLogs.log($0, state: state) },
                    failure: outcome.refusal.map { "\($0)" })))
    }

    // MARK: - End

    /// How the block is cut into sub-blocks, with the roots between them; nil when it is not.
    private func split(
        _ operations: [AccountOperation], _ operationsTree: OperationsTree, touched: [BlockWitness.Leaf],
        after: Digest
    ) -> BlockSplit? {
        let size = SubBlocks.size(operations: operations.count, state: state) { size in
            SubBlockMeter.loads(of: operations, size: size).allSatisfy(preparer.fits)
        }
        guard let size else { return nil }
        let ends = Array(stride(from: size, to: operations.count, by: size))
        // The operations were applied to these very accounts: they apply again.
        let witness = BlockWitness.collect(touched: touched, reader: tree)
        guard let roots = try? witness.roots(after: ends, of: operations) else { return nil }
        let starts = [0] + ends
        let parts = zip(starts, zip(ends + [operations.count], roots + [after])).map { start, end in
            SubBlock(operationCount: UInt32(end.0 - start), after: end.1)
        }
        return BlockSplit(
            operationsRoot: operationsTree.root, operationsDigest: operationsTree.digest, parts: parts)
    }

    /// Closes the block: phase transitions, the new tree, all roots.
    package consuming func finish() -> ExecutedBlock {
        let changes = accounts.changes
        let operations = accounts.operations
        let updates = tree.updates(changes)
        let operationsTree = OperationsTree(operations)
        let events = JobLifecycle.closeBlock(
            provingContext,
            operations: BlockOperations(
                before: tree.root, after: updates.root, count: UInt32(operations.count),
                split: split(operations, operationsTree, touched: accounts.touched, after: updates.root)),
            verifier: verifier, state: &state)
        let elected = ValidatorElection.closeBlock(&state)
        let logs = systemLogs + events.map { EventLogs.log($0, state: state) } + elected.map(ValidatorLogs.log)
        let root = state.root()
        return ExecutedBlock(
            receipts: receipts, systemLogs: logs, verdicts: verdicts, facts: facts, gasUsed: gasUsed,
            accounts: changes, accountCount: accounts.accountCount, operations: operations,
            operationsRoot: operationsTree.root, operationsDigest: operationsTree.digest, treeUpdates: updates,
            accountsRoot: updates.root, state: state, systemRoot: root)
    }
}

extension BlockExecutor: Sendable where Preparer: Sendable, Verifier: Sendable {}

extension ExecutableTransaction.Evidence {
    fileprivate var parts: (payload: [UInt8]?, claimed: Bool?, facts: PayloadFacts?) {
        switch self {
        case .none: (nil, nil, nil)
        case .payload(let bytes): (bytes, nil, nil)
        case .certified(let verdict, let facts): (nil, verdict, facts)
        }
    }
}
