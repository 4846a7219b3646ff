import ByteCodec
import ChainTypes
package import Consensus
import Cryptography
import Execution
import SystemState

/// Driving the height: the core decides, the replica builds, executes, signs and commits.
extension Replica {
    /// Ticks for which a validator waits for a peer's status.
    static let startPatience = 3
    /// Blocks between two statuses of a node that catches up.
    private static let statusInterval: UInt64 = 64

    /// A validator that decides alone, and a node that does not sign, begin at once. Others first hear where their
    /// peers are, so that a node which is behind, or which lost its disk, catches up before it says anything.
    mutating func start(now: UInt64, _ effects: inout [ReplicaEffect]) throws(StorageFault) {
        let own = core.own.flatMap { core.validators.index(of: $0) }.map { core.validators.validators[$0].power }
        guard let own, !core.validators.isQuorum(own) else { return try startHeight(now: now, &effects) }
        ticksToStart = Self.startPatience
        tellStatus(&effects)
    }

    /// What is heard of the round that is under way.
    package var round: RoundView { core.view }

    mutating func startHeight(now: UInt64, _ effects: inout [ReplicaEffect]) throws(StorageFault) {
        ticksToStart = nil
        guard !core.isStarted else { return }
        decided = nil
        try drive(.start, now: now, &effects)
    }

    /// Takes an input of the core to its end. `hint` is the peer it came from. Returns why the core did not use it.
    @discardableResult
    mutating func drive(
        _ input: ConsensusInput, hint: Address? = nil, now: UInt64, _ effects: inout [ReplicaEffect]
    ) throws(StorageFault) -> Dismissal? {
        var inputs = [input]
        var dismissal: Dismissal?
        var isFirst = true
        while !inputs.isEmpty, !isHalted {
            for effect in core.step(inputs.removeFirst()) {
                if isFirst, case .dismissed(let reason) = effect { dismissal = reason }
                try carryOut(effect, hint: hint, now: now, &inputs, &effects)
                // A decided height is over: what its core still wanted has no addressee.
                if case .decide = effect { return dismissal }
            }
            isFirst = false
        }
        return dismissal
    }

    private mutating func carryOut(
        _ effect: ConsensusEffect, hint: Address?, now: UInt64, _ inputs: inout [ConsensusInput],
        _ effects: inout [ReplicaEffect]
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
            guard canServe(message) else { return }
            effects.append(.broadcast(.consensus(message), except: nil))
        case .requestBlock(let hash):
            if let block = known(hash)?.block {
                inputs.append(.blockAvailable(blockHash: hash, originRound: block.header.originRound, timely: true))
            } else {
                fetch.want(hash, source: holder(of: hash))
                askForBlocks(hint: hint, now: now, &effects)
            }
        case .validateBlock(let hash):
            inputs.append(try validated(hash) ? .blockValid(blockHash: hash) : .blockInvalid(blockHash: hash))
        case .scheduleTimeout(let kind, let height, let round, let milliseconds):
            effects.append(.schedule(kind, height: height, round: round, milliseconds: milliseconds))
        case .decide(let hash, _, let certificate):
            guard let candidate = candidates[hash] else {
                return halt("block \(hash) was decided but is not here", &effects)
            }
            let core = core
            try commit(candidate, certificate, now: now, bySync: false, &effects)
            decided = core
        case .halt(let fault):
            halt(fault, &effects)
        }
    }

    mutating func halt(_ fault: ConsensusFault, _ effects: inout [ReplicaEffect]) {
        halt("consensus cannot go on safely: \(fault.explanation)", &effects)
    }

    mutating func halt(_ reason: String, _ effects: inout [ReplicaEffect]) {
        isHalted = true
        effects.append(.halt(reason))
    }

    /// A block that this node has, executed or not.
    func known(_ hash: Bytes32) -> ProposedBlock? { candidates[hash]?.proposed ?? unexecuted[hash] }

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
        guard let keys, !isSilent else { return }
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
        if case .vote(let vote) = signed, vote.type == .precommit, let hash = vote.blockHash {
            toPrepare = hash
            effects.append(.proceed)
        }
        switch signed {
        case .proposal(let proposal):
            if let verified = try? core.verified(proposal) { inputs.append(.proposal(verified)) }
        case .vote(let vote):
            if let verified = try? core.verified(vote) { inputs.append(.vote(verified)) }
        }
    }

    // MARK: - Commit

    /// Moves on to the state after a decided block: everything of it in one effect, then the next height.
    mutating func commit(
        _ candidate: ExecutedCandidate, _ certificate: Certificate, now: UInt64, bySync: Bool,
        _ effects: inout [ReplicaEffect]
    ) throws(StorageFault) {
        let executed = candidate.executed
        let witness = ledger.witness(of: executed)
        let block = candidate.proposed.block
        let changes = committing(block.hash) { $0.ledger.apply(executed) }
        tip = ChainTip(header: block.header, certificate: certificate)
        effects.append(
            .commit(
                CommittedBlock(
                    block: block, hash: tip.hash, certificate: certificate, transactions: candidate.transactions,
                    receipts: executed.receipts, systemLogs: executed.systemLogs,
                    payloads: candidate.proposed.payloads, facts: executed.facts, accounts: executed.accounts,
                    systemChanges: changes, rosters: executed.state.rosters,
                    operations: executed.operations, witness: witness,
                    provenHeight: ledger.system.provenHeight)))
        let isWhole = candidate.proposed.payloads.count == executed.facts.count
        recent.append(
            isWhole ? candidate.proposed : nil, height: block.header.height, hash: tip.hash,
            certificate: certificate)
        mayBreakSilence(after: block.header)
        evidence.committed(ledger.system)
        try prune(candidate.transactions)
        candidates = [:]
        unexecuted = [:]
        fetch.removeAll()
        held = []
        decided = nil
        core = ConsensusCore(
            height: block.header.height + 1, chainId: chainId, validators: ledger.system.nextValidators,
            own: keys?.address, timeouts: timeouts, signState: signState)
        sync.committed(block.header.height, bySync: bySync)
        if let shown = block.evidence.first(where: { $0.validator == keys?.address }) {
            return halt(.ownEquivocation(shown), &effects)
        }
        if !sync.isCatchingUp || tip.header.height % Self.statusInterval == 0 {
            tellStatus(&effects)
        }
        try replayEarly(now: now, &effects)
        if !sync.isCatchingUp { scheduleHeight(now: now, &effects) }
        try driveSync(now: now, &effects)
        // What came for a height after this one waited for it.
        if !bySync, sync.has(tip.header.height + 1) { effects.append(.proceed) }
    }

    /// The next height begins a block interval after the last block's time.
    func scheduleHeight(now: UInt64, _ effects: inout [ReplicaEffect]) {
        let interval = genesis.chain.blockIntervalMilliseconds
        let elapsed = now > tip.header.timestamp ? now - tip.header.timestamp : 0
        effects.append(
            .scheduleHeight(core.height, milliseconds: interval > elapsed ? interval - elapsed : 0))
    }
}
