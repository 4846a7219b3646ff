import AccountTree
package import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Execution
import Mempool
import ProvingRules
import SystemState

/// A block in the making: proving transactions first, in order of arrival, then ordinary ones by tip, until the gas,
/// the operations or the bytes are used up. More can be added later.
struct BlockDraft: Sendable {
    /// The block below, and what follows from it alone.
    let parent: Bytes32
    let context: ExecutionContext
    private let vrfProof: [UInt8]
    private var executor: BlockExecutor<JobFeed, ProofChecker>
    private var included: [VerifiedTransaction] = []
    private var hashes: Set<Bytes32> = []
    private var payloads: [[UInt8]] = []
    private var bytes: Int
    /// Senders of whom a transaction did not fit: their later ones wait for it.
    private var skipped: Set<Address> = []
    /// Whether a proof was left out because others had taken its room.
    private(set) var crowdsOutProofs = false

    init(
        parent: Bytes32, context: ExecutionContext, vrfProof: [UInt8], validators: Int,
        executor: BlockExecutor<JobFeed, ProofChecker>
    ) {
        self.parent = parent
        self.context = context
        self.vrfProof = vrfProof
        self.executor = executor
        // RLP overhead of a header and three lists stays below 4,096 bytes.
        bytes =
            4_096 + Certificate.maxByteCount(validators: validators)
            + context.evidence.count * Limits.maxEquivocationBytes
    }

    private func fits(_ transaction: VerifiedTransaction) -> Bool {
        bytes + transaction.encoded.count + 16 <= Limits.maxBlockBytes
            && included.count < Limits.maxBlockTransactions
    }

    private mutating func include(_ transaction: VerifiedTransaction) {
        included.append(transaction)
        hashes.insert(transaction.hash)
        bytes += transaction.encoded.count + 16
    }

    mutating func add(proofs: [PendingProof]) throws(StorageFault) {
        for proof in proofs where !hashes.contains(proof.transaction.hash) {
            guard fits(proof.transaction) else {
                crowdsOutProofs = true
                continue
            }
            let result = try executor.apply(
                ExecutableTransaction(transaction: proof.transaction, evidence: .payload(proof.payload)))
            if case .failure(.exceedsBlockGas) = result { crowdsOutProofs = true }
            guard case .success = result else { continue }
            include(proof.transaction)
            payloads.append(proof.payload)
        }
    }

    /// Takes candidates in the order in which a builder tries them, those that are in already among them.
    mutating func add(_ candidates: [VerifiedTransaction]) throws(StorageFault) {
        for transaction in candidates where !hashes.contains(transaction.hash) {
            guard !skipped.contains(transaction.sender), fits(transaction) else { continue }
            guard case .success = try executor.apply(ExecutableTransaction(transaction: transaction)) else {
                skipped.insert(transaction.sender)
                continue
            }
            include(transaction)
        }
    }

    /// The next nonce of an account as the draft leaves it.
    func nonce(of address: Address) throws(StorageFault) -> UInt64 { try executor.nonce(of: address) }

    /// Takes accounts and tree from elsewhere: see ``BlockExecutor/rebase(accounts:tree:)``.
    mutating func rebase(accounts: MemoryAccounts, tree: AccountTree) {
        executor.rebase(accounts: accounts, tree: tree)
    }

    /// The block, on top of `tip`, which must be the parent.
    consuming func finish(on tip: ChainTip, now: UInt64) -> ExecutedCandidate {
        let executed = executor.finish()
        let encoded = included.map(\.encoded)
        let evidence = context.evidence.map(\.equivocation)
        let header = BlockHeader(
            parent: tip, originRound: context.originRound, proposer: context.proposer,
            timestamp: max(now, tip.header.timestamp + 1), baseFee: context.baseFee, vrfProof: vrfProof,
            transactions: encoded, evidence: evidence, executed: executed)
        let block = Block(
            header: header, transactions: encoded, lastCertificate: tip.certificate, evidence: evidence)
        return ExecutedCandidate(
            proposed: ProposedBlock(block: block, payloads: payloads), transactions: included, executed: executed)
    }
}

/// What a draft stands on: the state after a block that is committed, or that will be.
private struct DraftBase {
    var hash: Bytes32
    var header: BlockHeader
    var system: SystemState
    var accounts: any AccountReader
    var tree: AccountTree
    var feed: JobFeed
}

/// The accounts as a block that is not committed leaves them.
private struct AccountsAfter: AccountReader {
    let base: MemoryAccounts
    let changed: [Address: IndexedAccount]
    let accountCount: LeafIndex

    init(_ executed: ExecutedBlock, over base: MemoryAccounts) {
        self.base = base
        changed = Dictionary(executed.accounts.map { ($0.account.address, $0) }) { $1 }
        accountCount = executed.accountCount
    }

    func account(at address: Address) -> IndexedAccount? { changed[address] ?? base.account(at: address) }
}

extension Replica {
    /// Builds the block of this height from the pool. What was prepared for it is used in its first round.
    mutating func buildBlock(round: UInt32, now: UInt64) throws(StorageFault) -> ExecutedCandidate? {
        if var draft = takePrepared(round: round) {
            try fill(&draft, leavingOut: [])
            // A proof that came late does not wait for transfers that came early.
            if !draft.crowdsOutProofs { return draft.finish(on: tip, now: now) }
        }
        let base = DraftBase(
            hash: tip.hash, header: tip.header, system: ledger.system, accounts: ledger.accounts, tree: ledger.tree,
            feed: jobFeed)
        guard var draft = draft(over: base, round: round) else { return nil }
        try fill(&draft, leavingOut: [])
        return draft.finish(on: tip, now: now)
    }

    /// What was prepared, when it is for this height, this round and the evidence that is known now.
    private mutating func takePrepared(round: UInt32) -> BlockDraft? {
        defer { prepared = nil }
        guard let prepared, prepared.parent == tip.hash, prepared.context.originRound == round,
            prepared.context.evidence == evidence.pending(after: ledger.system)
        else { return nil }
        return prepared
    }

    /// The block on top of which this node has its next one prepared; nil when it has none.
    package var preparedParent: Bytes32? { prepared?.parent }

    /// While the votes for a block travel, the proposer of the next height executes what its own block will hold: all
    /// of it but the parent's certificate and the time is known. A block that is not decided leaves nothing behind.
    mutating func prepareNextBlock() throws(StorageFault) {
        guard let hash = toPrepare else { return }
        toPrepare = nil
        guard let candidate = candidates[hash] else { return }
        let (header, executed) = (candidate.proposed.block.header, candidate.executed)
        var system = executed.state
        _ = system.takeChanges()
        let base = DraftBase(
            hash: hash, header: header, system: system, accounts: AccountsAfter(executed, over: ledger.accounts),
            tree: AccountTree(),
            feed: JobFeed(
                operations: ledger.operations(after: executed), parameters: system.parameters,
                program: checker.program))
        guard var draft = draft(over: base, round: 0) else { return }
        try fill(&draft, leavingOut: Set(candidate.transactions.map(\.hash)))
        prepared = draft
    }

    /// Moves what was prepared onto the ledger, which holds the state after its parent now. The copies it held are let
    /// go first, so that the ledger is changed in place.
    mutating func committing(_ hash: Bytes32, _ body: (inout Replica) -> [SystemState.Change]) -> [SystemState.Change] {
        var draft = prepared?.parent == hash ? prepared : nil
        (prepared, toPrepare) = (nil, nil)
        draft?.rebase(accounts: MemoryAccounts(), tree: AccountTree())
        let changes = body(&self)
        draft?.rebase(accounts: ledger.accounts, tree: ledger.tree)
        prepared = draft
        return changes
    }

    /// An empty block of this node over `base`; nil when it does not propose that height's first block, or may not.
    private func draft(over base: DraftBase, round: UInt32) -> BlockDraft? {
        let height = base.header.height + 1
        let validators = base.system.nextValidators
        guard let keys, Proposer.select(validators, height: height, round: round).address == keys.address,
            let proof = try? VRF.prove(
                key: keys.vrf,
                alpha: Randao.alpha(chainId: chainId, height: height, parentMix: base.header.mix))
        else { return nil }
        let context = ExecutionContext(
            height: height, proposer: keys.address, baseFee: baseFee(after: base.header),
            mix: Randao.nextMix(base.header.mix, vrfOutput: proof.output), originRound: round,
            evidence: evidence.pending(after: base.system))
        let executor = BlockExecutor(
            context: context, parentHash: base.hash, state: base.system, accounts: base.accounts, tree: base.tree,
            preparer: base.feed, verifier: checker)
        return BlockDraft(
            parent: base.hash, context: context, vrfProof: proof.bytes,
            validators: validators.validators.count, executor: executor)
    }

    private func fill(_ draft: inout BlockDraft, leavingOut: Set<Bytes32>) throws(StorageFault) {
        try draft.add(proofs: mempool.pendingProofs.filter { !leavingOut.contains($0.transaction.hash) })
        let candidates = try mempool.candidates(baseFee: draft.context.baseFee, limit: Limits.maxBlockTransactions) {
            (sender) throws(StorageFault) in try draft.nonce(of: sender)
        }
        try draft.add(candidates)
    }
}
