import ByteCodec
import ChainTypes
import ProvingRules
package import SystemState

/// Checks every block against books of its own, which follow from transactions and events alone and never from the
/// rules' records: who sent what in time, and what stake and claims everyone must have.
package struct LabAudit: Sendable {
    private var stakes: [Address: UInt128] = [:]
    private var claims: [Address: UInt128] = [:]
    /// What was included for a job, by sender and phase, and whether it was valid.
    private var sent: [UInt64: [Sent]] = [:]
    private var withdrawnAt: [Address: UInt64] = [:]
    private var selectedAt: [UInt64: UInt64] = [:]
    private var settled: Set<UInt64> = []
    private var proven: Set<SubBlock> = []
    private var provenHeight: UInt64 = 0

    private struct Sent: Hashable {
        var owner: Address
        var phase: ProvingPhase
        var isValid: Bool
    }

    private struct SubBlock: Hashable {
        var height: UInt64
        var subBlock: UInt32
    }

    package init(_ state: SystemState) {
        for prover in state.provers.values { stakes[prover.owner] = prover.total }
    }

    /// Books a block and checks the state after it.
    package mutating func check(_ block: LabBlock, _ receipt: LabReceipt, _ chain: LabChain) throws(LabViolation) {
        try bookTransactions(block, receipt, chain.state)
        for event in receipt.events { try book(event, receipt, chain.state) }
        try checkMoney(chain)
        try checkJobs(chain.state, receipt.height)
        try checkProvers(chain.state)
    }

    // MARK: - Books

    private mutating func bookTransactions(
        _ block: LabBlock, _ receipt: LabReceipt, _ state: SystemState
    ) throws(LabViolation) {
        for (item, outcome) in zip(block.items, receipt.outcomes) {
            switch outcome {
            case .called(.success):
                guard case .call(let call) = item else { continue }
                switch call {
                case .register(let owner, _, _, let stake): stakes[owner] = stake
                case .deposit(let owner, let amount): stakes[owner, default: 0] += amount
                default: break
                }
            case .claimed(let address, _): claims[address] = nil
            case .proof(let proof, let outcome, let fee, let tip):
                // Whoever withdrew everything in this block is no prover any more.
                let isGone = outcome.refusal == .notRegistered && state.provers[proof.owner] == nil
                if !isGone { try bookProof(proof, outcome, fee: fee, tip: tip, receipt) }
            case .leftOut(let proof, let refusal):
                if proof.isAsAsked {
                    throw .honestProofRefused(job: proof.job, proof.owner, reason: "\(refusal)")
                }
            case .called(.failure): break
            }
        }
    }

    /// Refusals of a proof as asked that are its sender's own doing: what it lost or sent before.
    private static let ownFaults: Set<ProvingRefusal> = [
        .inactive, .jailed, .belowMinimumStake, .stakeCannotCoverFee, .alreadySent, .barred, .fullProofLimitReached,
    ]

    private mutating func bookProof(
        _ proof: LabProof, _ outcome: ProvingOutcome, fee: UInt128, tip: UInt128, _ receipt: LabReceipt
    ) throws(LabViolation) {
        guard outcome.accepted else {
            if proof.isAsAsked, let refusal = outcome.refusal, !Self.ownFaults.contains(refusal) {
                throw .honestProofRefused(job: proof.job, proof.owner, reason: "\(refusal)")
            }
            return
        }
        if proof.isAsAsked, !outcome.valid {
            throw .honestProofRefused(
                job: proof.job, proof.owner, reason: outcome.refusal.map { "\($0)" } ?? "invalid")
        }
        stakes[proof.owner, default: 0] -= min(fee, stakes[proof.owner] ?? 0)
        if tip > 0 { claims[receipt.proposer, default: 0] += tip }
        sent[proof.job, default: []].append(
            Sent(owner: proof.owner, phase: proof.transaction.phase, isValid: outcome.valid))
    }

    private mutating func book(
        _ event: ProvingEvent, _ receipt: LabReceipt, _ state: SystemState
    ) throws(LabViolation) {
        switch event {
        case .jobSelected(let job, _, _, _, _, _): selectedAt[job] = receipt.height
        case .withdrawn(let owner, let amount):
            withdrawnAt[owner] = receipt.height
            stakes[owner, default: 0] -= min(amount, stakes[owner] ?? 0)
            if amount > 0 { claims[owner, default: 0] += amount }
            if state.provers[owner] == nil { stakes[owner] = nil }
        case .paid(let job, let account, let reason, let amount):
            guard settles(job, receipt) else { throw .paidWithoutSettlement(job: job) }
            guard amount > 0 else { return }
            var payee = account.address
            if case .prover(let owner) = account {
                payee = state.provers[owner]?.recipient ?? owner
                guard state.parameters.preset == .source || did(owner, Set(ProvingPhase.allCases), in: job) else {
                    throw .paidForNothing(job: job, owner, reason)
                }
            }
            claims[payee, default: 0] += amount
        case .penalised(let job, let owner, let reason, let amount):
            stakes[owner, default: 0] -= min(amount, stakes[owner] ?? 0)
            guard isDeserved(reason, by: owner, in: job, receipt, state) else {
                throw .punishedWithoutFault(job: job, owner, reason)
            }
            try checkCollected(reason, from: owner, amount, job, state)
        case .jobProven(let number, let first, let last):
            let subBlock = state.jobs[number]?.statement.subBlock ?? 0
            for height in first...max(first, last) {
                guard proven.insert(SubBlock(height: height, subBlock: subBlock)).inserted else {
                    throw .blockProvenTwice(height: height, subBlock: subBlock)
                }
            }
        case .jobClosed(let job, _):
            guard settled.insert(job).inserted else { throw .settledTwice(job: job) }
            try checkLines(of: job, state)
        default: break
        }
    }

    private func settles(_ job: UInt64, _ receipt: LabReceipt) -> Bool {
        receipt.events.contains { if case .jobClosed(job, _) = $0 { true } else { false } }
    }

    private func checkLines(of number: UInt64, _ state: SystemState) throws(LabViolation) {
        guard let job = state.jobs[number] else { return }
        var seen: Set<Payment> = []
        for payment in job.payments {
            var key = payment
            key.amount = 0
            guard seen.insert(key).inserted else { throw .sameLineTwice(job: number, payment.reason) }
        }
        let cap = state.parameters.maxIssuancePerJob
        let issued = job.payments.reduce(UInt128(0)) { $1.isPenalty ? $0 : $0 + $1.amount }
        if cap > 0, issued > cap { throw .issuanceAboveCap(job: number, issued) }
    }

    // MARK: - Penalties

    private func did(_ owner: Address, _ phases: Set<ProvingPhase>, in job: UInt64, valid: Bool = true) -> Bool {
        sent[job]?.contains { $0.owner == owner && phases.contains($0.phase) && $0.isValid == valid } ?? false
    }

    /// Whether the books show the fault that a penalty names.
    private func isDeserved(
        _ reason: PaymentReason, by owner: Address, in number: UInt64, _ receipt: LabReceipt, _ state: SystemState
    ) -> Bool {
        guard let job = state.jobs[number] else { return false }
        if reason == .penaltyInvalidProof { return did(owner, Set(ProvingPhase.allCases), in: number, valid: false) }
        guard job.rank(of: owner) != nil else { return false }
        let phases: [PaymentReason: ProvingPhase] = [
            .penaltyProverT3: .t3, .penaltyProverT4: .t4, .penaltyProverT5: .t5, .penaltyProverNotReusedT3: .t3,
            .penaltyProverNotReusedT4: .t4, .penaltyProverNotReusedT5: .t5,
        ]
        switch reason {
        case .penaltyT1Prover: return !did(owner, [.t1], in: number)
        case .penaltyT2Prover: return did(owner, [.t1, .t1Extension], in: number) && !did(owner, [.t2], in: number)
        case .penaltyProverT3, .penaltyProverT4, .penaltyProverT5:
            guard let phase = phases[reason], !did(owner, [phase], in: number) else { return false }
            return state.parameters.preset == .source
                || (did(owner, [.t1, .t1Extension], in: number) && !did(owner, [.t2], in: number))
        case .penaltyProverNotReusedT3, .penaltyProverNotReusedT4, .penaltyProverNotReusedT5:
            // The source's one penalty for what another did: an aggregator left the submission out.
            guard let phase = phases[reason], did(owner, [.t2], in: number) else { return false }
            return sent[number]?.contains { $0.owner != owner && $0.phase == phase && $0.isValid } ?? false
        default: return false
        }
    }

    /// A penalty takes all that is due, or all that there is; and nobody withdrew what was at stake.
    private func checkCollected(
        _ reason: PaymentReason, from owner: Address, _ amount: UInt128, _ number: UInt64, _ state: SystemState
    ) throws(LabViolation) {
        let due: UInt128
        if reason == .penaltyInvalidProof {
            due = state.parameters.penaltyInvalidProof
        } else {
            let lines = state.jobs[number]?.payments ?? []
            due = lines.first { $0.isPenalty && $0.reason == reason && $0.account == .prover(owner) }?.amount ?? 0
        }
        guard amount < due else { return }
        let hasWithdrawn = (withdrawnAt[owner] ?? 0) > (selectedAt[number] ?? .max)
        if hasWithdrawn || stakes[owner] ?? 0 > 0 { throw .penaltyEvaded(job: number, owner, reason) }
    }

    // MARK: - The state

    private func checkMoney(_ chain: LabChain) throws(LabViolation) {
        do { try chain.state.checkConservation(accountsTotal: chain.accountsTotal) } catch {
            throw .moneyNotConserved(issued: error.issued, held: error.held)
        }
        for prover in chain.state.provers.values where prover.total != stakes[prover.owner] ?? 0 {
            throw .stakeDiffers(prover.owner, expected: stakes[prover.owner] ?? 0, found: prover.total)
        }
        for (address, amount) in chain.state.claimable.rows where amount != claims[address] ?? 0 {
            throw .claimDiffers(address, expected: claims[address] ?? 0, found: amount)
        }
        for (address, amount) in claims where amount != chain.state.claimable[address] ?? 0 {
            throw .claimDiffers(address, expected: amount, found: chain.state.claimable[address] ?? 0)
        }
    }

    private mutating func checkJobs(_ state: SystemState, _ height: UInt64) throws(LabViolation) {
        guard state.provenHeight >= provenHeight else {
            throw .provenHeightFell(from: provenHeight, to: state.provenHeight)
        }
        guard state.provenHeight <= state.height else { throw .provenHeightAhead(state.provenHeight) }
        provenHeight = state.provenHeight
        for job in state.jobs.values where !job.isClosed && job.phase != .queued && job.phase != .open {
            guard let window = job.window, height < window.endsAt else {
                throw .phaseOutlivedItsWindow(job: job.number)
            }
        }
    }

    private func checkProvers(_ state: SystemState) throws(LabViolation) {
        var keys = 0
        for prover in state.provers.values {
            if let number = prover.assignedJob {
                guard let job = state.jobs[number], job.rank(of: prover.owner) != nil,
                    [.t1, .t1Extension, .t2, .aggregate].contains(job.phase)
                else { throw .assignmentDiffers(prover.owner) }
            }
            keys += prover.pendingOperator == nil ? 1 : 2
            guard state.operators[prover.operatorKey] == prover.owner else { throw .operatorKeysDiffer }
            if let pending = prover.pendingOperator, state.operators[pending.key] != prover.owner {
                throw .operatorKeysDiffer
            }
        }
        guard keys == state.operators.count else { throw .operatorKeysDiffer }
        for job in state.jobs.values where [.t1, .t1Extension, .t2, .aggregate].contains(job.phase) {
            for prover in job.selected where state.provers[prover.owner]?.assignedJob != job.number {
                throw .assignmentDiffers(prover.owner)
            }
        }
    }
}
