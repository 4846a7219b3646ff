package import ByteCodec
package import ChainTypes
package import Consensus
import Cryptography
import Execution
package import Mempool
package import ProvingRules
package import SystemState

/// What a node knows when it starts: its last committed block, the state after it, and what it last signed.
package struct RestoredChain: Sendable {
    package var tip: ChainTip
    package var ledger: Ledger
    package var signState: SignState?
    /// The block that the sign state speaks of, when the node itself proposed it.
    package var proposed: ProposedBlock?
    package init(tip: ChainTip, ledger: Ledger, signState: SignState?, proposed: ProposedBlock?) {
        self.tip = tip
        self.ledger = ledger
        self.signState = signState
        self.proposed = proposed
    }
}

/// A node's brain as one synchronous value: inputs in, effects out, no clock, no disk, no suspension.
package struct Replica: Sendable {
    package let genesis: Genesis
    package var chainId: UInt64 { genesis.chainId }
    let keys: ValidatorKeys?
    let timeouts: ConsensusTimeouts
    package let checker: ProofChecker
    /// Verifies transactions; the runtime asks it too, ahead and on all cores.
    package let transactions: TransactionChecker
    package private(set) var tip: ChainTip
    package private(set) var ledger: Ledger
    package private(set) var mempool: Mempool
    /// Equivocations that no block has shown yet.
    private(set) var evidence = EvidencePool()
    private var core: ConsensusCore
    private var signState: SignState?
    /// Blocks of the current height that were executed here, by hash.
    private var candidates: [Bytes32: ExecutedCandidate] = [:]
    /// Blocks that may be asked for before they were executed: the own one, after a crash.
    private var unexecuted: [Bytes32: ProposedBlock] = [:]
    private var isHalted = false

    package init(
        genesis: Genesis, keys: ValidatorKeys?, restored: RestoredChain, checker: ProofChecker,
        timeouts: ConsensusTimeouts = .standard
    ) {
        self.genesis = genesis
        self.keys = keys
        self.timeouts = timeouts
        self.checker = checker
        transactions = TransactionChecker(chainId: genesis.chainId)
        tip = restored.tip
        ledger = restored.ledger
        signState = restored.signState
        mempool = Mempool(chain: genesis.chain)
        core = ConsensusCore(
            height: restored.tip.header.height + 1, chainId: genesis.chainId,
            validators: restored.ledger.system.nextValidators, own: keys?.address, timeouts: timeouts,
            signState: restored.signState)
        if let proposed = restored.proposed { unexecuted[proposed.block.hash] = proposed }
    }

    var jobFeed: JobFeed { JobFeed(ledger: ledger, program: checker.program) }

    /// Takes one input to its end. Throws only when reading state failed; the node must stop then.
    package mutating func step(_ input: ReplicaInput) throws(StorageFault) -> [ReplicaEffect] {
        guard !isHalted else { return [] }
        var effects: [ReplicaEffect] = []
        switch input {
        case .start(let now):
            try drive(.start, now: now, &effects)
        case .beginHeight(let height, let now):
            guard height == core.height, !core.isStarted else { return [] }
            try drive(.start, now: now, &effects)
        case .timeout(let kind, let height, let round, let now):
            guard height == core.height else { return [] }
            try drive(.timeout(kind, height: height, round: round), now: now, &effects)
        case .submit(let transaction, let payload):
            effects.append(submit(transaction, payload: payload))
        case .relayed, .relayedProof, .peerUp, .peerDown, .message, .tick, .proceed:
            break
        }
        return effects
    }

    // MARK: - Consensus

    private mutating func drive(
        _ input: ConsensusInput, now: UInt64, _ effects: inout [ReplicaEffect]
    ) throws(StorageFault) {
        var inputs = [input]
        while !inputs.isEmpty, !isHalted {
            let next = inputs.removeFirst()
            for effect in core.step(next) {
                try carryOut(effect, now: now, &inputs, &effects)
                // A decided height is over: what its core still wanted has no addressee.
                if case .decide = effect { return }
            }
        }
    }

    private mutating func carryOut(
        _ effect: ConsensusEffect, now: UInt64, _ inputs: inout [ConsensusInput], _ effects: inout [ReplicaEffect]
    ) throws(StorageFault) {
        switch effect {
        case .enteredRound, .dismissed:
            break
        case .evidence(let equivocation):
            evidence.add(equivocation, state: ledger.system)
        case .buildProposal(_, let round):
            guard let candidate = try buildBlock(round: round, now: now) else { return }
            let hash = candidate.proposed.block.hash
            candidates[hash] = candidate
            inputs.append(.proposedValue(round: round, blockHash: hash))
        case .sign(let request):
            sign(request, &inputs, &effects)
        case .broadcast(let message):
            effects.append(.broadcast(.consensus(message), except: nil))
        case .requestBlock(let hash):
            guard let block = known(hash)?.block else { return }
            inputs.append(.blockAvailable(blockHash: hash, originRound: block.header.originRound, timely: true))
        case .validateBlock(let hash):
            inputs.append(try validated(hash) ? .blockValid(blockHash: hash) : .blockInvalid(blockHash: hash))
        case .scheduleTimeout(let kind, let height, let round, let milliseconds):
            effects.append(.schedule(kind, height: height, round: round, milliseconds: milliseconds))
        case .decide(let hash, _, let certificate):
            try commit(hash, certificate, now: now, &effects)
        case .halt(let fault):
            isHalted = true
            effects.append(.halt("consensus cannot go on safely: \(fault)"))
        }
    }

    /// A block that this node has, executed or not.
    private func known(_ hash: Bytes32) -> ProposedBlock? { candidates[hash]?.proposed ?? unexecuted[hash] }

    private mutating func validated(_ hash: Bytes32) throws(StorageFault) -> Bool {
        if candidates[hash] != nil { return true }
        guard let proposed = unexecuted[hash] else { return false }
        guard case .success(let candidate) = try validate(proposed) else { return false }
        candidates[hash] = candidate
        return true
    }

    /// Signs what the sign state allows. The record goes to disk before the message goes anywhere.
    private mutating func sign(
        _ request: SigningRequest, _ inputs: inout [ConsensusInput], _ effects: inout [ReplicaEffect]
    ) {
        guard let keys else { return }
        let signed: SignedMessage
        switch signState?.maySign(request) ?? .allowed {
        case .allowed:
            signed = request.signed(chainId: chainId, key: keys.signing)
            let state = SignState.recording(signed, for: request, after: signState)
            signState = state
            let block = state.proposal?.blockHash ?? state.lock?.blockHash
            effects.append(.persistSignState(state, proposed: block.flatMap { known($0) }))
        case .resend(let message):
            signed = message
        case .refused:
            return
        }
        effects.append(.broadcast(.consensus(signed.message), except: nil))
        switch signed {
        case .proposal(let proposal):
            if let verified = try? core.verified(proposal) { inputs.append(.proposal(verified)) }
        case .vote(let vote):
            if let verified = try? core.verified(vote) { inputs.append(.vote(verified)) }
        }
    }

    private mutating func commit(
        _ hash: Bytes32, _ certificate: Certificate, now: UInt64, _ effects: inout [ReplicaEffect]
    ) throws(StorageFault) {
        guard let candidate = candidates[hash] else {
            isHalted = true
            effects.append(.halt("block \(hash) was decided but is not here"))
            return
        }
        let executed = candidate.executed
        let witness = ledger.witness(of: executed)
        let changes = ledger.apply(executed)
        let block = candidate.proposed.block
        tip = ChainTip(header: block.header, certificate: certificate)
        effects.append(
            .commit(
                CommittedBlock(
                    block: block, hash: hash, certificate: certificate, transactions: candidate.transactions,
                    receipts: executed.receipts, systemLogs: executed.systemLogs,
                    payloads: candidate.proposed.payloads, facts: executed.facts, accounts: executed.accounts,
                    systemChanges: changes, rosters: executed.state.rosters, operations: executed.operations, witness: witness,
                    provenHeight: ledger.system.provenHeight)))
        evidence.committed(ledger.system)
        try prune(candidate.transactions)
        candidates = [:]
        unexecuted = [:]
        core = ConsensusCore(
            height: block.header.height + 1, chainId: chainId, validators: ledger.system.nextValidators,
            own: keys?.address, timeouts: timeouts, signState: signState)
        let interval = genesis.chain.blockIntervalMilliseconds
        let elapsed = now > block.header.timestamp ? now - block.header.timestamp : 0
        effects.append(
            .scheduleHeight(core.height, milliseconds: interval > elapsed ? interval - elapsed : 0))
    }

    // MARK: - Pool

    private mutating func prune(_ included: [VerifiedTransaction]) throws(StorageFault) {
        let hashes = Set(included.map(\.hash))
        let (ledger, checker, price) = (ledger, checker, nextBaseFee)
        try mempool.prune(
            included: hashes,
            accounts: { (address) throws(StorageFault) in ledger.accounts.account(at: address)?.account },
            isProofStillOpen: { proof in
                Self.precheck(proof.proving, proof.transaction, price: price, system: ledger.system, checker: checker)
                    .isSuccess
            })
    }

    /// The cheap checks of a proving transaction against a state.
    package static func precheck(
        _ proving: ProvingTransaction, _ transaction: VerifiedTransaction, price: UInt128, system: SystemState,
        checker: ProofChecker
    ) -> Result<Address, ProvingRefusal> {
        let gas = system.genesis.chain.gas.intrinsicGas(of: proving)
        let (fee, overflow) = UInt128(gas).multipliedReportingOverflow(
            by: transaction.effectiveGasPrice(baseFee: price) ?? price)
        guard !overflow else { return .failure(.stakeCannotCoverFee) }
        return JobLifecycle.precheck(
            proving, operator: transaction.sender, fee: fee, verifier: checker, state: system, at: system.height + 1)
    }

    private mutating func submit(_ transaction: VerifiedTransaction, payload: [UInt8]?) -> ReplicaEffect {
        transactions.remember(transaction)
        let result: Result<Void, MempoolRefusal>
        switch transaction.body {
        case .ordinary(let ordinary):
            let account = ledger.accounts.account(at: transaction.sender)?.account
            result = mempool.admit(transaction, ordinary, account: account)
        case .proving(let proving):
            result = submitProof(transaction, proving, payload: payload ?? [])
        }
        switch result {
        case .success: return .admitted(transaction.hash)
        case .failure(let refusal): return .refused(transaction.hash, refusal)
        }
    }

    /// Cheap checks first; then the payload is tried on a copy of the state, so that a proof which a block would find
    /// invalid is refused before it costs anyone else anything.
    private mutating func submitProof(
        _ transaction: VerifiedTransaction, _ proving: ProvingTransaction, payload: [UInt8]
    ) -> Result<Void, MempoolRefusal> {
        guard proving.describes(payload) else { return .failure(.payloadMismatch) }
        guard transaction.maxFeePerGas >= genesis.chain.minBaseFee else {
            return .failure(.underpriced(minimum: genesis.chain.minBaseFee))
        }
        let checked = Self.precheck(
            proving, transaction, price: nextBaseFee, system: ledger.system, checker: checker)
        if case .failure(let refusal) = checked {
            return .failure(.provingRefused(name: refusal.name, reason: refusal.reason))
        }
        var trial = ledger.system
        let outcome = JobLifecycle.apply(
            proving, operator: transaction.sender, transactionHash: transaction.hash, payload: payload,
            verifier: checker,
            context: BlockContext(
                height: tip.header.height + 1, proposer: tip.header.proposer, parentHash: tip.hash,
                mix: tip.header.mix),
            state: &trial)
        if !outcome.accepted || !outcome.valid {
            let refusal = outcome.refusal ?? .foundInvalid
            return .failure(.provingRefused(name: refusal.name, reason: refusal.reason))
        }
        return mempool.admit(PendingProof(transaction: transaction, proving: proving, payload: payload))
    }
}

extension Result {
    fileprivate var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
