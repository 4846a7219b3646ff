package import ByteCodec
package import ChainTypes
package import ProofField

/// One attempt to prove a run of blocks: its plan, its provers, and all that arrived for it.
package struct Job: Hashable, RecordCodable {
    /// Place among all jobs of the chain, from 1 on; key of its record.
    package var number: UInt64
    /// `statement.id`: what proving transactions name.
    package var id: Bytes32
    /// What a proof of the job shows; its hash is `id`.
    package var statement: JobStatement
    /// Instances in order; empty for an aggregation.
    package var plan: [PlannedInstance]
    /// `PlannedInstance.planRoot` of `plan`, which the global challenge absorbs.
    package var planRoot: Bytes32
    /// The phase that is open, or `queued` or `closed`.
    package var phase: JobPhase
    /// Nil until it closed.
    package var outcome: JobOutcome?
    /// Block in which the provers were selected.
    package var selectedAt: UInt64?
    /// What the provers and their instances were drawn from.
    package var seed: Bytes32 = .zero
    /// Digest of the list of all provers as the selection found them (`SelectionRoster`).
    package var rosterDigest: Bytes32 = .zero
    /// Every phase that was opened, in order; the last is the current one unless the job is queued or closed.
    package var windows: [PhaseWindow] = []
    /// In order of selection.
    package var selected: [SelectedProver] = []
    /// Valid ones of T1 and its extension, in order of inclusion.
    package var commitments: [Commitment] = []
    /// Once T1 closed: the canonical root of every instance, nil where nobody committed.
    package var canonicalRoots: [Digest?] = []
    /// Instances dealt a second time because nobody had committed them.
    package var reassignmentCount: UInt32 = 0
    /// T1 ended with instances that nobody committed: stand-alone full proofs only.
    package var commitGap = false
    /// Global challenge over the canonical roots, set when T1 closed; nil under a commit gap.
    package var challenge: Digest?
    /// Valid ones of T2, in order of inclusion.
    package var submissions: [Submission] = []
    /// Every instance has a valid partial proof and the bus sums cancel.
    package var partialsComplete = false
    /// Valid full proofs in order of inclusion.
    package var fullProofs: [FullProof] = []
    /// Transactions found invalid: their senders are barred from the job.
    package var invalid: [Inclusion] = []
    /// Transactions that came after the job was decided in the same block: neither paid nor penalised.
    package var unpaid: [Inclusion] = []
    /// States reached, in order; clients are told of them (`cairn_job`).
    package var history: [JobMilestone] = []
    /// Block that included the first valid full proof.
    package var provenAt: UInt64?
    /// Height of the block at whose end it was settled; its record is pruned `jobRetention` blocks later.
    package var closedAt: UInt64?
    /// The settlement, empty until the job closed.
    package var payments: [Payment] = []
    /// For a further attempt: the provers to select again, and those not to select.
    package var preferred: [Address] = []
    /// See `preferred`.
    package var excluded: [Address] = []
    /// Place of the first operation in the block's list; 0 unless the job proves a sub-block.
    package var firstOperation: UInt32 = 0
    /// The proofs of the block's sub-blocks, in order, when the job aggregates them.
    package var subBlocks: [SubBlockProof] = []

    package init(
        number: UInt64, id: Bytes32, statement: JobStatement, plan: [PlannedInstance], planRoot: Bytes32,
        phase: JobPhase
    ) {
        self.number = number
        self.id = id
        self.statement = statement
        self.plan = plan
        self.planRoot = planRoot
        self.phase = phase
    }

    // MARK: - Codec

    /// Record: the fields in order of declaration; lists behind a u32 count, optionals behind a flag.
    package func encode(to writer: inout ByteWriter) {
        writer.u64(number)
        writer.bytes32(id)
        statement.encode(to: &writer)
        writer.list(plan)
        writer.bytes32(planRoot)
        writer.u8(phase.rawValue)
        writer.optional(outcome) { $0.u8($1.rawValue) }
        writer.optional(selectedAt)
        writer.bytes32(seed)
        writer.bytes32(rosterDigest)
        writer.list(windows)
        writer.list(selected)
        writer.list(commitments)
        writer.list(canonicalRoots) { $0.optional($1) { $0.digest($1) } }
        writer.u32(reassignmentCount)
        writer.bool(commitGap)
        writer.optional(challenge) { $0.digest($1) }
        writer.list(submissions)
        writer.bool(partialsComplete)
        writer.list(fullProofs)
        writer.list(invalid)
        writer.list(unpaid)
        writer.list(history)
        writer.optional(provenAt)
        writer.optional(closedAt)
        writer.list(payments)
        writer.addresses(preferred)
        writer.addresses(excluded)
        writer.u32(firstOperation)
        writer.list(subBlocks)
    }

    /// Reads what `encode(to:)` writes; the fields' relations are not checked.
    package init(from reader: inout RecordReader) throws(RecordError) {
        number = try reader.u64()
        id = try reader.bytes32()
        statement = try JobStatement(from: &reader)
        plan = try reader.list()
        planRoot = try reader.bytes32()
        phase = try reader.tag()
        outcome = try reader.optional { (r) throws(RecordError) in try r.tag() }
        selectedAt = try reader.optionalU64()
        seed = try reader.bytes32()
        rosterDigest = try reader.bytes32()
        windows = try reader.list()
        selected = try reader.list()
        commitments = try reader.list()
        canonicalRoots = try reader.list { (r) throws(RecordError) in
            try r.optional { (r) throws(RecordError) in try r.digest() }
        }
        reassignmentCount = try reader.u32()
        commitGap = try reader.bool()
        challenge = try reader.optional { (r) throws(RecordError) in try r.digest() }
        submissions = try reader.list()
        partialsComplete = try reader.bool()
        fullProofs = try reader.list()
        invalid = try reader.list()
        unpaid = try reader.list()
        history = try reader.list()
        provenAt = try reader.optionalU64()
        closedAt = try reader.optionalU64()
        payments = try reader.list()
        preferred = try reader.addresses()
        excluded = try reader.addresses()
        firstOperation = try reader.u32()
        subBlocks = try reader.list()
    }
}

// MARK: - Questions

extension Job {
    /// Whether it was settled; nothing in it changes after that.
    package var isClosed: Bool { phase == .closed }
    /// Whether it aggregates the proofs of a block's sub-blocks, and proves nothing else.
    package var isAggregation: Bool { statement.isAggregation }
    /// Places of its operations in the block's list, when it proves a sub-block.
    package var operations: Range<Int> {
        Int(firstOperation)..<Int(firstOperation) + Int(statement.operationCount)
    }
    /// The latest state that was reached.
    package var state: JobState { history.last?.state ?? .provingQueued }
    /// The phase window opened last; nil before the first.
    package var window: PhaseWindow? { windows.last }

    /// Selection rank of an owner; nil when it was not selected.
    package func rank(of owner: Address) -> Int? { selected.firstIndex { $0.owner == owner } }
    /// The T1 commitment of an owner, not that of the extension.
    package func commitment(of owner: Address) -> Commitment? {
        commitments.first { $0.owner == owner && $0.inclusion.phase == .t1 }
    }
    /// The T2 submission of an owner, of which a job has at most one.
    package func submission(of owner: Address) -> Submission? { submissions.first { $0.owner == owner } }

    /// The first window of a phase; a job opens each phase at most once.
    package func window(of phase: JobPhase) -> PhaseWindow? { windows.first { $0.phase == phase } }

    /// Every transaction of the job that was included, in no particular order.
    package var inclusions: [Inclusion] {
        commitments.map(\.inclusion) + submissions.map(\.inclusion) + fullProofs.map(\.inclusion) + invalid + unpaid
    }

    /// Whether a transaction of `owner` in `phase` was included already, valid or not, paid or not: a second is
    /// refused.
    package func hasSent(_ owner: Address, in phase: ProvingPhase) -> Bool {
        let matches = { (inclusion: Inclusion) in inclusion.owner == owner && inclusion.phase == phase }
        return commitments.contains { matches($0.inclusion) } || submissions.contains { matches($0.inclusion) }
            || fullProofs.contains { matches($0.inclusion) } || invalid.contains(where: matches)
            || unpaid.contains(where: matches)
    }

    /// Whether an invalid payload of `owner` was included: everything else that it sends for the job is refused.
    package func isBarred(_ owner: Address) -> Bool { invalid.contains { $0.owner == owner } }

    /// Instances of which `owner` committed the canonical root, rising: what it owes in T2.
    package func owed(by owner: Address) -> [UInt32] {
        commitments.lazy.filter { $0.owner == owner }.flatMap(\.roots)
            .filter { entry in
                let index = Int(entry.instance)
                return index < canonicalRoots.count && canonicalRoots[index] == entry.root
            }
            .map(\.instance).sorted()
    }

    /// Notes that the job reached `state` in the block at `height`.
    package mutating func reach(_ state: JobState, at height: UInt64) {
        history.append(JobMilestone(state: state, height: height))
    }
}
