package import ByteCodec
package import ChainTypes
package import Consensus
package import Mempool
package import Replica
import Storage

/// The shell around the node's brain: it feeds inputs one by one and carries the effects out in their order. It holds
/// no rules.
///
/// A failed write halts it: nothing is said to anyone that the disk does not hold (architecture, "persist before you
/// speak").
package actor NodeHost {
    package nonisolated let genesis: Genesis
    package nonisolated let chain: ChainStore
    package nonisolated let checker: ProofChecker
    /// Every block, once it is on the disk. A listener may be 64 blocks behind.
    package nonisolated let committed = Broadcast<CommittedBlock>(capacity: 64)
    /// How catching up goes, after each block of it and at its end.
    package nonisolated let catchingUp = Broadcast<CatchingUp>(capacity: 8)
    package nonisolated let pending = PendingHashes()
    /// Checks transactions beside the brain, which finds them in its memory.
    package nonisolated let transactionChecker: TransactionChecker
    /// Whether this node signs.
    package nonisolated let validator: Address?

    private var replica: Replica
    let clock: WallClock
    private let peers: any PeerOutlet
    private let pendingFile: PendingFile?
    /// The writing of the pool that is under way: the last one must not be overtaken.
    private var savingPending: Task<Void, Never>?
    private let shelf: SnapshotShelf?
    /// Seconds since the start.
    private var ticks = 0
    private let warming: ProofWarming
    private var timers: [UInt64: (height: UInt64, task: Task<Void, Never>)] = [:]
    private var nextTimer: UInt64 = 0
    private var progress: CatchingUp?
    /// The synced block whose senders are being recovered.
    private var ahead: (height: UInt64, task: Task<Void, Never>)?
    /// Why the node stopped; nil while it runs.
    package private(set) var halt: NodeHalt?
    private let halts: AsyncStream<NodeHalt>
    private let haltContinuation: AsyncStream<NodeHalt>.Continuation

    /// - Parameters:
    ///   - keys: nil for a node that follows the chain without voting.
    ///   - peers: nil for a node alone.
    ///   - pendingFile: where the pool is kept over a restart; nil forgets it.
    ///   - shelf: where snapshots are made for others; nil makes none.
    package init(
        chain: ChainStore, restored: RestoredChain, keys: ValidatorKeys?, checker: ProofChecker,
        timeouts: ConsensusTimeouts = .standard, clock: @escaping WallClock = systemClock,
        peers: (any PeerOutlet)? = nil, pendingFile: PendingFile? = nil, shelf: SnapshotShelf? = nil
    ) {
        genesis = chain.genesis
        self.chain = chain
        self.checker = checker
        self.clock = clock
        self.peers = peers ?? NoPeers()
        self.pendingFile = pendingFile
        self.shelf = shelf
        validator = keys?.address
        warming = ProofWarming(checker: checker)
        replica = Replica(
            genesis: chain.genesis, keys: keys, restored: restored, checker: checker, timeouts: timeouts)
        transactionChecker = replica.transactions
        (halts, haltContinuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    // MARK: - Running

    /// Runs until the task is cancelled, and returns then; throws when the node must stop. The caller closes the
    /// chain store.
    package func run() async throws(NodeHalt) {
        feed(.start(now: clock()))
        let ticking = Task { [weak self] in
            while true {
                do { try await Task.sleep(for: .seconds(1), clock: .continuous) } catch { return }
                guard let self else { return }
                await self.tick()
            }
        }
        let restoring = Task { [weak self] in await self?.restorePending() }
        let peers = peers
        let hearing = Task { await peers.run(self) }
        defer {
            ticking.cancel()
            restoring.cancel()
            hearing.cancel()
        }
        for await halt in halts {
            stop()
            throw halt
        }
        stop()
        await savePending()
    }

    private func stop() {
        for timer in timers.values { timer.task.cancel() }
        timers = [:]
        committed.finish()
        catchingUp.finish()
        pending.arrivals.finish()
    }

    private func halt(_ halt: NodeHalt) {
        guard self.halt == nil else { return }
        self.halt = halt
        stop()
        haltContinuation.yield(halt)
        haltContinuation.finish()
    }

    // MARK: - Inputs

    /// Takes one input to its end; returns the effects that answer a client.
    @discardableResult
    func feed(_ input: ReplicaInput) -> [ReplicaEffect] {
        guard halt == nil else { return [] }
        do {
            let effects = try replica.step(input)
            for effect in effects {
                carryOut(effect)
                guard halt == nil else { return [] }
            }
            return effects
        } catch {
            halt(NodeHalt(error))
            return []
        }
    }

    private func carryOut(_ effect: ReplicaEffect) {
        do {
            switch effect {
            case .persistSignState(let state, let proposed):
                try chain.persistSignState(state, proposed: proposed)
            case .broadcast(let message, let except):
                peers.broadcast(message, except: except)
            case .send(let message, let peer):
                peers.send(message, to: peer)
            case .penalise(let peer, let fault):
                peers.penalise(peer, fault)
            case .serveBlocks(let from, let count, let peer):
                serveBlocks(from: from, count: count, to: peer)
            case .proceed:
                Task { [weak self] in await self?.proceed() }
            case .schedule(let kind, let height, let round, let milliseconds):
                schedule(at: height, milliseconds: milliseconds) { now in
                    .timeout(kind, height: height, round: round, now: now)
                }
            case .scheduleHeight(let height, let milliseconds):
                schedule(at: height, milliseconds: milliseconds) { .beginHeight(height, now: $0) }
            case .commit(let block):
                try chain.commit(block)
                cancelTimers(upTo: block.block.header.height)
                // While this node catches up it has better things to do, and others are ahead of it.
                if replica.syncStatus == nil { shelf?.committed(block.block.header.height) }
                committed.publish(block)
                noteProgress()
            case .admitted(let hash):
                pending.append(hash)
            case .refused:
                break
            case .halt(let reason):
                halt(NodeHalt(consensus: reason))
            }
        } catch {
            halt(NodeHalt(error))
        }
    }

    private func noteProgress() {
        let status = replica.syncStatus
        guard let next = CatchingUp(after: progress, status, tip: replica.tip.header.height, now: clock()) else {
            return
        }
        progress = status == nil ? nil : next
        catchingUp.publish(next)
    }

    private func tick() {
        feed(.tick(now: clock()))
        ticks += 1
        guard ticks % Self.pendingInterval == 0, let pendingFile else { return }
        let (entries, earlier) = (pendingEntries, savingPending)
        savingPending = Task.detached {
            await earlier?.value
            pendingFile.keep(entries)
        }
    }

    // MARK: - Pool

    /// Seconds between two writings of the pool.
    private static let pendingInterval = 30

    private var pendingEntries: [PendingFile.Entry] {
        replica.pendingTransactions.map { PendingFile.Entry(transaction: $0.transaction.encoded, payload: $0.payload) }
    }

    /// What cannot be written is lost, as if the node had never heard of it.
    private func savePending() async {
        await savingPending?.value
        pendingFile?.keep(pendingEntries)
    }

    /// Offers again what waited when the node ended.
    private func restorePending() async {
        guard let entries = pendingFile?.load(), !entries.isEmpty else { return }
        let verified = await SignatureRecovery.verify(entries.map(\.transaction), with: replica.transactions)
        for (entry, result) in zip(entries, verified) {
            guard !Task.isCancelled, case .success(let transaction) = result else { continue }
            _ = await submit(transaction, payload: entry.payload)
        }
    }

    /// The senders of a block are recovered on all cores before its turn, and those of the block after it while the
    /// brain executes.
    private func proceed() async {
        let height = replica.tip.header.height + 1
        if ahead?.height != height { recoverAhead(height) }
        await ahead?.task.value
        recoverAhead(height + 1)
        feed(.proceed(now: clock()))
    }

    private func recoverAhead(_ height: UInt64) {
        let (transactions, checker) = (replica.syncedTransactions(at: height), transactionChecker)
        ahead = nil
        guard !transactions.isEmpty else { return }
        ahead = (height, Task.detached { _ = await SignatureRecovery.verify(transactions, with: checker) })
    }

    /// Reads on a thread of its own: a lagging peer must not hold up consensus.
    private func serveBlocks(from: UInt64, count: UInt32, to peer: Address) {
        let (chain, peers) = (chain, peers)
        Task.detached { [weak self] in
            do {
                peers.send(.blocks(try chain.syncBlocks(from: from, count: count)), to: peer)
            } catch let fault as StorageFault {
                await self?.readFailed(fault)
            }
        }
    }

    // MARK: - Timers

    private func schedule(
        at height: UInt64, milliseconds: UInt64, _ input: @escaping @Sendable (UInt64) -> ReplicaInput
    ) {
        nextTimer += 1
        let id = nextTimer
        let delay = Duration.milliseconds(Int64(clamping: milliseconds))
        let task = Task { [weak self] in
            do { try await Task.sleep(for: delay, clock: .continuous) } catch { return }
            await self?.fire(id, input)
        }
        timers[id] = (height, task)
    }

    private func fire(_ id: UInt64, _ input: @Sendable (UInt64) -> ReplicaInput) {
        guard timers.removeValue(forKey: id) != nil else { return }
        feed(input(clock()))
    }

    private func cancelTimers(upTo height: UInt64) {
        for (id, timer) in timers where timer.height <= height {
            timer.task.cancel()
            timers[id] = nil
        }
    }

    // MARK: - Clients

    /// Offers a transaction to the pool. A proof is checked before the brain is asked, outside of this actor.
    package func submit(
        _ transaction: VerifiedTransaction, payload: [UInt8]?
    ) async -> Result<Bytes32, SubmissionRefusal> {
        if let payload { await warm(transaction, payload: payload) }
        for effect in feed(.submit(transaction, payload: payload)) {
            switch effect {
            case .admitted(let hash): return .success(hash)
            case .refused(_, let refusal): return .failure(.pool(refusal))
            default: continue
            }
        }
        return .failure(.halted(halt?.message ?? "the node is stopping"))
    }

    /// Whether the brain has a transaction already, or had it lately.
    func hasSeen(_ transaction: VerifiedTransaction) -> Bool { replica.hasSeen(transaction.hash) }

    /// Checks the proof of a proving transaction, so that the brain finds the verdict.
    func warm(_ transaction: VerifiedTransaction, payload: [UInt8]) async {
        guard let proving = transaction.proving, halt == nil else { return }
        await warming.warm(
            transaction, proving, payload: payload, tip: replica.tip, nextBaseFee: replica.nextBaseFee,
            system: replica.ledger.system)
    }

    /// Takes note of a failed read outside of the actor: it halts the node, unless the store was merely closed.
    package func readFailed(_ fault: StorageFault) {
        if fault.kind != .closed { halt(NodeHalt(fault)) }
    }

    /// Reads the state after the last committed block, and the pool.
    package func read<T: Sendable, Failure: Error>(
        _ body: @Sendable (borrowing Replica) throws(Failure) -> T
    ) throws(Failure) -> T {
        try body(replica)
    }
}

/// Why a transaction did not enter the pool.
package enum SubmissionRefusal: Error, Hashable, Sendable {
    case pool(MempoolRefusal)
    case halted(String)
}
