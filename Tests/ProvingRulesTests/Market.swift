import ByteCodec
import ChainTypes
import Cryptography
import ProofField
import ProvingRules
import SystemState

/// A chain of nothing but the proving rules, driven block by block.
struct Market {
    /// One transaction of a script: who signs, for which job and phase, and the payload.
    struct Sending {
        var owner: Int
        var job: UInt64
        var phase: ProvingPhase
        var payload: [UInt8]
    }

    static let stake: UInt128 = 1_000_000
    static let balance: UInt128 = 5_000_000

    var state: SystemState
    var verifier = StandInVerifier()
    var preparer: StandInPreparer
    var events: [ProvingEvent] = []
    /// What became of the last block's transactions.
    private(set) var outcomes: [ProvingOutcome] = []
    var allValid: Bool { outcomes.allSatisfy { $0.accepted && $0.valid } }
    /// Fee of each transaction in wei, half burned.
    var fee: UInt128 = 0
    private(set) var lastRoot = StandInVerifier.digest([0])
    /// What the last block did to the account tree.
    private(set) var lastOperations = BlockOperations(before: .zero, after: .zero, count: 0)

    static func owner(_ index: Int) -> Address { Address(lowBytesOf: Keccak256.hash(utf8: "owner \(index)")) }
    static func operatorKey(_ index: Int) -> Address { Address(lowBytesOf: Keccak256.hash(utf8: "key \(index)")) }
    static func recipient(_ index: Int) -> Address { Address(lowBytesOf: Keccak256.hash(utf8: "claims \(index)")) }

    static var parameters: ProvingParameters {
        ProvingParameters.small.with {
            $0.proofProfile = "test"
            $0.maxInstanceLogHeight = 11
            $0.maxInstances = 64
            $0.maxOperationsPerJob = 512
            $0.subBlockOperations = 512
            $0.maxConcurrentJobs = 4
            $0.windows = PhaseWindows(t1: 3, t1Extension: 2, t2: 3, t3: 3, t4: 2, t5: 2, aggProof: 3)
            $0.minWindowBlocks = 1
            $0.earlyAdvance = false
            $0.maxAttempts = 2
            $0.rewardUnit = 1
            $0.openRewardStep = 5
            $0.openRewardCap = 33
            $0.penaltyInvalidProof = 1_000
            $0.minimumStake = 10_000
            $0.unbondingBlocks = 10
            $0.missesToJail = 3
            $0.jailWindow = 100
            $0.unjailDelay = 5
            $0.jobRetention = 50
            $0.verifyBudgetPerBlock = 1_000
        }
    }

    init(
        provers: Int, instances: Int, _ change: (inout ProvingParameters) -> Void = { _ in }
    ) throws {
        var parameters = Self.parameters
        change(&parameters)
        let key = try SecretKey([UInt8](repeating: 1, count: 32)).publicKey
        let vrf = try VRFSecretKey(validatorSeed: [UInt8](repeating: 2, count: 32)).publicKey
        let chain = ChainParameters.small.with {
            $0.initialBaseFee = 1
            $0.minBaseFee = 1
            $0.maxOperationsPerBlock = 512
        }
        let genesis = Genesis(
            chainId: 7, timestamp: 0, isDevnet: true,
            accounts: [Account(address: .zero, balance: Self.balance)],
            validators: [Validator(address: key.address, signingKey: key, vrfKey: vrf, power: 1)],
            provers: (0..<provers).map {
                GenesisProver(
                    owner: Self.owner($0), operatorKey: Self.operatorKey($0), recipient: Self.recipient($0),
                    stake: Self.stake)
            },
            chain: chain, proving: parameters)
        state = try SystemState(genesis: genesis, mix: Keccak256.hash(utf8: "genesis"))
        preparer = StandInPreparer(instances: instances)
    }

    // MARK: - Blocks

    static func proposer(_ height: UInt64) -> Address {
        Address(lowBytesOf: Keccak256.hash(utf8: "validator \(height % 3)"))
    }

    var nextContext: BlockContext {
        let height = state.height + 1
        return BlockContext(
            height: height, proposer: Self.proposer(height), parentHash: Keccak256.hash(utf8: "block \(height - 1)"),
            mix: Keccak256.hash(state.mix.bytes, [1]))
    }

    /// Executes a block; returns what became of each transaction.
    @discardableResult
    mutating func block(operations: UInt32 = 0, _ sendings: [Sending] = []) -> [ProvingOutcome] {
        let context = nextContext
        events = JobLifecycle.openBlock(context, preparer: preparer, verifier: verifier, state: &state)
        outcomes = sendings.map { send($0, context) }
        events += outcomes.flatMap(\.events)
        let before = lastRoot
        if operations > 0 { lastRoot = StandInVerifier.digest([UInt8(truncatingIfNeeded: context.height)]) }
        lastOperations = BlockOperations(
            before: before, after: lastRoot, count: operations, split: split(operations, context.height))
        events += JobLifecycle.closeBlock(context, operations: lastOperations, verifier: verifier, state: &state)
        return outcomes
    }

    /// As execution cuts a block, every job being large enough.
    private func split(_ operations: UInt32, _ height: UInt64) -> BlockSplit? {
        guard let size = SubBlocks.size(operations: Int(operations), state: state, fits: { _ in true }) else {
            return nil
        }
        let parts = stride(from: 0, to: Int(operations), by: size).map { start in
            let end = min(start + size, Int(operations))
            return SubBlock(
                operationCount: UInt32(end - start),
                after: end == Int(operations)
                    ? lastRoot : StandInVerifier.digest([UInt8(truncatingIfNeeded: height), UInt8(end % 251)]))
        }
        return BlockSplit(
            operationsRoot: StandInVerifier.operationsRoot(operations),
            operationsDigest: Keccak256.hash(utf8: "operations of \(height)"), parts: parts)
    }

    mutating func blocks(_ count: Int) {
        for _ in 0..<count { block() }
    }

    func transaction(_ sending: Sending) -> ProvingTransaction {
        ProvingTransaction(
            chainId: 7, jobId: state.jobs[sending.job]?.id ?? .zero, phase: sending.phase, maxPriorityFeePerGas: 0,
            maxFeePerGas: 0, payloadDigest: Payload.digest(of: sending.payload),
            payloadLength: UInt32(sending.payload.count))
    }

    /// As execution does it: precheck, fee, apply.
    private mutating func send(_ sending: Sending, _ context: BlockContext) -> ProvingOutcome {
        let transaction = transaction(sending)
        let key = Self.operatorKey(sending.owner)
        switch JobLifecycle.precheck(transaction, operator: key, fee: fee, verifier: verifier, state: state) {
        case .failure(let refusal): return ProvingOutcome(accepted: false, valid: false, refusal: refusal)
        case .success(let owner):
            guard
                state.chargeFee(owner, burned: fee / 2, tip: fee - fee / 2, to: context.proposer)
            else { return ProvingOutcome(accepted: false, valid: false, refusal: .stakeCannotCoverFee) }
            return JobLifecycle.apply(
                transaction, operator: key, transactionHash: Keccak256.hash(key.bytes, sending.payload),
                payload: sending.payload, verifier: verifier, context: context, state: &state)
        }
    }

    // MARK: - Sendings

    func job(_ number: UInt64) -> Job { state.jobs[number] ?? Self.noJob }
    private static let noJob = Job(
        number: 0, id: .zero,
        statement: JobStatement(
            chainId: 0, programHash: .zero, firstHeight: 0, lastHeight: 0, lastBlockHash: .zero, subBlock: 0,
            subBlockCount: 0, operationCount: 0, operationsDigest: .zero, operationsRoot: .zero, before: .zero,
            after: .zero, attempt: 0),
        plan: [], planRoot: .zero, phase: .closed)

    /// Indices of the provers selected for the job, in order of rank.
    func selected(_ number: UInt64) -> [Int] {
        job(number).selected.compactMap { prover in
            (0..<1_024).first { Self.owner($0) == prover.owner }
        }
    }

    func commit(_ owner: Int, _ number: UInt64, variant: UInt8 = 0, extending: Bool = false) -> Sending {
        let job = job(number)
        let dealt = job.rank(of: Self.owner(owner)).map { rank in
            extending ? job.selected[rank].extensionInstances : job.selected[rank].instances
        }
        let entries = (dealt ?? []).map {
            CommitmentPayload.Entry(
                instance: $0, root: StandInVerifier.root(job.statement, instance: Int($0), variant: variant))
        }
        return Sending(
            owner: owner, job: number, phase: extending ? .t1Extension : .t1,
            payload: CommitmentPayload(entries: entries).encoded)
    }

    func partial(_ owner: Int, _ job: Job, _ instance: Int) -> [UInt8] {
        StandInVerifier.proof(
            job.statement,
            root: instance < job.canonicalRoots.count ? job.canonicalRoots[instance] ?? .zero : .zero,
            challenge: job.challenge ?? .zero, instance: instance, operatorKey: Self.operatorKey(owner))
    }

    /// Partial proofs of all that the prover owes, or of the instances given.
    func submit(_ owner: Int, _ number: UInt64, instances: [UInt32]? = nil) -> Sending {
        let job = job(number)
        let entries = (instances ?? job.owed(by: Self.owner(owner))).map {
            SubmissionPayload.Entry(instance: $0, proof: partial(owner, job, Int($0)))
        }
        return Sending(
            owner: owner, job: number, phase: .t2, payload: SubmissionPayload(entries: entries).encoded)
    }

    /// A full proof by reference where there is a submission, preferring the provers used least so far, inline
    /// elsewhere.
    func aggregate(_ owner: Int, _ number: UInt64, inlining: Bool = false) -> Sending {
        let job = job(number)
        var uses: [Address: Int] = [:]
        let parts = job.plan.indices.map { instance -> CompositeProofPayload.Part in
            let holders = job.submissions.filter { $0.entries.contains { Int($0.instance) == instance } }
                .map(\.owner)
            let pick = holders.min { (uses[$0] ?? 0, $0) < (uses[$1] ?? 0, $1) }
            guard let pick, !inlining else { return .inline(proof: partial(owner, job, instance)) }
            uses[pick, default: 0] += 1
            return .reference(prover: pick)
        }
        let bloom = SubmissionBloom(job: job, reused: uses.keys.sorted()).bytes
        return Sending(
            owner: owner, job: number, phase: job.phase.accepts ?? .t3,
            payload: CompositeProofPayload(parts: parts, bloom: bloom).encoded)
    }

    func aggregateSubBlocks(
        _ owner: Int, _ number: UInt64, _ change: (inout AggProofPayload) -> Void = { _ in }
    ) -> Sending {
        var payload = AggProofPayload(
            parts: job(number).subBlocks.map { AggProofPayload.Part(job: $0.id, prover: $0.prover) })
        change(&payload)
        return Sending(owner: owner, job: number, phase: .aggregate, payload: payload.encoded)
    }

    func standAlone(_ owner: Int, _ number: UInt64, variant: UInt8 = 0) -> Sending {
        let job = job(number)
        let roots = job.plan.indices.map { StandInVerifier.root(job.statement, instance: $0, variant: variant) }
        let challenge = verifier.challenge(statement: job.statement, plan: job.plan, roots: roots)
        let entries = roots.enumerated().map { instance, root in
            StandAloneProofPayload.Entry(
                root: root,
                proof: StandInVerifier.proof(
                    job.statement, root: root, challenge: challenge, instance: instance,
                    operatorKey: Self.operatorKey(owner)))
        }
        return Sending(
            owner: owner, job: number, phase: job.phase.accepts ?? .t1,
            payload: StandAloneProofPayload(entries: entries).encoded)
    }

    // MARK: - Questions

    func stake(_ index: Int) -> UInt128 { state.provers[Self.owner(index)]?.stake ?? 0 }
    func claim(_ index: Int) -> UInt128 { state.claimable[Self.recipient(index)] ?? 0 }
    func isConserved() -> Bool {
        (try? state.checkConservation(accountsTotal: Self.balance)) != nil
    }

    /// Opens job 1 over block 1: selected in block 2, where T1 transactions are not accepted yet.
    mutating func openFirstJob() {
        block(operations: 5)
        block()
    }

    /// Runs to the end of the job's current phase.
    mutating func passPhase(_ number: UInt64) {
        let phase = job(number).phase
        var left = 100
        while job(number).phase == phase, left > 0 {
            block()
            left -= 1
        }
    }

    /// Everyone selected commits.
    mutating func commitAll(_ number: UInt64) {
        block(selected(number).map { commit($0, number) })
        if job(number).phase == .t1 { passPhase(number) }
    }

    /// Everyone selected submits.
    mutating func submitAll(_ number: UInt64) {
        block(selected(number).map { submit($0, number) })
        if job(number).phase == .t2 { passPhase(number) }
    }
}
