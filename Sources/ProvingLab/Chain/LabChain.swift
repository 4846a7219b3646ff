package import ByteCodec
package import ChainTypes
import Cryptography
import ProofField
import ProvingRules
package import SystemState

/// The production rules of proving on a real system state, block by block, as execution calls them: `openBlock`, then
/// for every transaction `precheck`, fee and `apply`, then `closeBlock`. Accounts are one sum.
package struct LabChain: Sendable {
    package private(set) var state: SystemState
    package var planner: StandInPlanner
    package let verifier = StandInProofs()
    package let fees: LabFees
    /// Wei in accounts.
    package private(set) var accountsTotal: UInt128
    private var accountsRoot: Digest

    /// Bytes that no payload of the lab reaches but those that are too long for any job.
    private static let mostHashedBytes = 1 << 20
    /// Wei that the lab's owners hold at the start.
    package static let balance: UInt128 = 1 << 100

    package init(
        parameters: ProvingParameters, provers: Int, stake: UInt128, planner: StandInPlanner, fees: LabFees,
        seed: UInt64
    ) throws(SystemStateError) {
        let genesis = LabGenesis.make(parameters: parameters, provers: provers, stake: stake, balance: Self.balance)
        state = try SystemState(genesis: genesis, mix: Keccak256.hash(utf8: "lab mix \(seed)"))
        self.planner = planner
        self.fees = fees
        accountsTotal = Self.balance
        accountsRoot = StandInProofs.digest(.zero)
    }

    package var height: UInt64 { state.height }

    /// A mix that follows from the last one, as if all proposers were honest.
    package var nextMix: Bytes32 { Keccak256.hash(state.mix.bytes, [1]) }

    /// The transaction that a prover signs over a payload; nil for a job that is gone.
    package func proof(
        _ payload: [UInt8], job: UInt64, phase: ProvingPhase, owner: Address, operatorKey: Address, isAsAsked: Bool
    ) -> LabProof? {
        guard let target = state.jobs[job] else { return nil }
        // What is too long is refused by its length, before anything reads it.
        let isLong = payload.count > Self.mostHashedBytes
        let digest = isLong ? .zero : Payload.digest(of: payload)
        return LabProof(
            owner: owner, operatorKey: operatorKey, job: job,
            transaction: ProvingTransaction(
                chainId: state.genesis.chainId, jobId: target.id, phase: phase, maxPriorityFeePerGas: fees.tip,
                maxFeePerGas: fees.gasPrice, payloadDigest: digest,
                payloadLength: UInt32(clamping: payload.count)),
            payload: payload, isAsAsked: isAsAsked)
    }

    /// Executes a block.
    ///
    /// - Parameter verifying: the proposer leaves out what is invalid, as an honest one does.
    package mutating func execute(_ block: LabBlock, verifying: Bool) -> LabReceipt {
        let context = context(block)
        var receipt = LabReceipt(height: context.height, proposer: block.proposer)
        receipt.events = JobLifecycle.openBlock(context, preparer: planner, verifier: verifier, state: &state)
        for item in block.items {
            switch item {
            case .call(let call): receipt.add(Self.carryOut(call, state: &state, accountsTotal: &accountsTotal))
            case .proof(let proof): receipt.add(include(proof, context, verifying: verifying))
            }
        }
        receipt.events += JobLifecycle.closeBlock(
            context, operations: takeOperations(block), verifier: verifier, state: &state)
        return receipt
    }

    private func context(_ block: LabBlock) -> BlockContext {
        let height = state.height + 1
        return BlockContext(
            height: height, proposer: block.proposer, parentHash: Keccak256.hash(utf8: "lab block \(height - 1)"),
            mix: block.mix)
    }

    /// Root after the operations of a block up to `count`.
    private static func root(after height: UInt64, _ count: UInt32) -> Digest {
        StandInProofs.digest(Keccak256.hash(utf8: "lab accounts \(height) \(count)"))
    }

    /// What the block did, cut as execution cuts it; the next block stands on it.
    private mutating func takeOperations(_ block: LabBlock) -> BlockOperations {
        let before = accountsRoot
        guard block.operations > 0 else { return BlockOperations(before: before, after: before, count: 0) }
        accountsRoot = Self.root(after: state.height, block.operations)
        return BlockOperations(before: before, after: accountsRoot, count: block.operations, split: split(block))
    }

    private func split(_ block: LabBlock) -> BlockSplit? {
        let count = Int(block.operations)
        guard let size = SubBlocks.size(operations: count, state: state, fits: { _ in true }) else { return nil }
        let parts = stride(from: 0, to: count, by: size).map { start in
            let end = min(start + size, count)
            return SubBlock(
                operationCount: UInt32(end - start), after: Self.root(after: state.height, UInt32(end)))
        }
        return BlockSplit(
            operationsRoot: StandInProofs.operationsRoot(block.operations),
            operationsDigest: Keccak256.hash(utf8: "lab block operations \(state.height)"), parts: parts)
    }

    /// Rules switched off for a comparison change the state between blocks.
    package mutating func edit(_ body: (inout SystemState) -> Void) { body(&state) }

    // MARK: - Transactions

    private static func carryOut(
        _ call: LabCall, state: inout SystemState, accountsTotal: inout UInt128
    ) -> LabReceipt.Outcome {
        let result: Result<ProvingEvent, RegistryRefusal>
        switch call {
        case .register(let owner, let key, let recipient, let stake):
            result = ProverRegistry.register(
                owner: owner, operatorKey: key, recipient: recipient, stake: stake, state: &state)
        case .deposit(let owner, let amount):
            result = ProverRegistry.deposit(owner: owner, amount: amount, state: &state)
        case .pause(let owner): result = ProverRegistry.pause(owner: owner, state: &state)
        case .resume(let owner): result = ProverRegistry.resume(owner: owner, state: &state)
        case .leave(let owner): result = ProverRegistry.leave(owner: owner, state: &state)
        case .withdraw(let owner): result = ProverRegistry.withdraw(owner: owner, state: &state)
        case .unjail(let owner): result = ProverRegistry.unjail(owner: owner, state: &state)
        case .setOperator(let owner, let key):
            result = ProverRegistry.setOperator(owner: owner, operatorKey: key, state: &state)
        case .setRecipient(let owner, let recipient):
            result = ProverRegistry.setRecipient(owner: owner, recipient: recipient, state: &state)
        case .claim(let address):
            let amount = state.takeClaimable(address)
            accountsTotal += amount
            return .claimed(address, amount)
        }
        if case .success = result { accountsTotal -= call.value }
        return .called(result)
    }

    private mutating func include(
        _ proof: LabProof, _ context: BlockContext, verifying: Bool
    ) -> LabReceipt.Outcome {
        func refused(_ refusal: ProvingRefusal) -> LabReceipt.Outcome {
            .proof(proof, ProvingOutcome(accepted: false, valid: false, refusal: refusal), fee: 0, tip: 0)
        }
        let gas = fees.gas(proof.payload)
        let (fee, tip) = (UInt128(gas) * fees.gasPrice, UInt128(gas) * fees.tip)
        let owner: Address
        switch JobLifecycle.precheck(
            proof.transaction, operator: proof.operatorKey, fee: fee, verifier: verifier, state: state)
        {
        case .success(let found): owner = found
        case .failure(let refusal): return refused(refusal)
        }
        var after = state
        guard after.chargeFee(owner, burned: fee - tip, tip: tip, to: context.proposer) else {
            return refused(.stakeCannotCoverFee)
        }
        let outcome = JobLifecycle.apply(
            proof.transaction, operator: proof.operatorKey, transactionHash: proof.transaction.payloadDigest,
            payload: proof.payload, verifier: verifier, context: context, state: &after)
        guard outcome.accepted else { return refused(outcome.refusal ?? .unknownJob) }
        if verifying, !outcome.valid { return .leftOut(proof, outcome.refusal ?? .foundInvalid) }
        state = after
        return .proof(proof, outcome, fee: fee, tip: tip)
    }

    // MARK: - Replay

    /// Executes a block as a node does that has no payload any more: with the verdicts and facts in `receipt`. False
    /// when one of its transactions has another outcome here.
    package mutating func replay(_ block: LabBlock, _ receipt: LabReceipt) -> Bool {
        let context = context(block)
        var agrees = true
        var events = JobLifecycle.openBlock(context, preparer: planner, verifier: verifier, state: &state)
        for (item, outcome) in zip(block.items, receipt.outcomes) {
            switch (item, outcome) {
            case (.call(let call), _):
                let own = Self.carryOut(call, state: &state, accountsTotal: &accountsTotal)
                if case .called(.success(let event)) = own { events.append(event) }
            case (.proof(let proof), .proof(_, let known, let fee, let tip)) where known.accepted:
                let owner = state.prover(operatedBy: proof.operatorKey)?.owner ?? .zero
                let paid = state.chargeFee(owner, burned: fee - tip, tip: tip, to: context.proposer)
                let own = JobLifecycle.apply(
                    proof.transaction, operator: proof.operatorKey,
                    transactionHash: proof.transaction.payloadDigest, payload: nil, claimedVerdict: known.valid,
                    facts: known.facts, verifier: verifier, context: context, state: &state)
                agrees = agrees && paid && own.accepted && own.valid == known.valid && own.events == known.events
                events += own.events
            default: break
            }
        }
        events += JobLifecycle.closeBlock(
            context, operations: takeOperations(block), verifier: verifier, state: &state)
        return agrees && events == receipt.events
    }

    package mutating func root() -> Bytes32 { state.root() }

    /// Goes on from a state that was read back from its records.
    package mutating func resume(from records: [[UInt8]: [UInt8]]) throws(SystemStateError) {
        state = try SystemState(genesis: state.genesis, records: records.map { (key: $0.key, value: $0.value) })
    }

    /// Rows that changed since the last call.
    package mutating func takeChanges() -> [SystemState.Change] { state.takeChanges() }
}

extension LabReceipt {
    fileprivate mutating func add(_ outcome: Outcome) {
        outcomes.append(outcome)
        switch outcome {
        case .called(.success(let event)): events.append(event)
        case .proof(_, let outcome, _, _): events += outcome.events
        default: break
        }
    }
}
