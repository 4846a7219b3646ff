package import ByteCodec

/// Stake that waits for a height: until it becomes active, or until it may be withdrawn.
package struct TimedAmount: Hashable, RecordCodable {
    /// In wei.
    package var amount: UInt128
    /// First height at which the wait is over.
    package var height: UInt64

    package init(amount: UInt128, height: UInt64) {
        self.amount = amount
        self.height = height
    }

    /// Record: amount (u128), height (u64).
    package func encode(to writer: inout ByteWriter) {
        writer.u128(amount)
        writer.u64(height)
    }

    /// Reads what `encode(to:)` writes.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(amount: try reader.u128(), height: try reader.u64())
    }
}

/// A new key and the height from which it stands.
package struct PendingKey: Hashable, RecordCodable {
    /// The operator key or recipient that is to come.
    package var key: Address
    /// Block at whose start it takes the old one's place.
    package var height: UInt64

    package init(key: Address, height: UInt64) {
        self.key = key
        self.height = height
    }

    /// Record: key (20 bytes), height (u64).
    package func encode(to writer: inout ByteWriter) {
        writer.address(key)
        writer.u64(height)
    }

    /// Reads what `encode(to:)` writes.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(key: try reader.address(), height: try reader.u64())
    }
}

/// A registered prover. Its owner's address is its identity. Amounts are wei, times are heights.
package struct Prover: Hashable, RecordCodable {
    /// Cold key: withdraws and changes the others.
    package var owner: Address
    /// Hot key: signs proving transactions; proofs bind it.
    package var operatorKey: Address
    /// Whose claims the rewards become.
    package var recipient: Address
    /// Stake that counts for the minimum and is taken first.
    package var stake: UInt128
    /// Top-ups that do not count yet.
    package var pendingStake: [TimedAmount] = []
    /// Block that registered it; 0 for a prover of the genesis.
    package var registeredAt: UInt64
    /// First height at which it may be selected.
    package var activeFrom: UInt64
    /// Out of selection by its owner's wish, until `resumesAt`.
    package var paused = false
    /// When a `resume` takes effect.
    package var resumesAt: UInt64?
    /// Height of the request to leave; final.
    package var leavingAt: UInt64?
    /// Stake on its way out; still burned from when there is nothing else.
    package var unbonding: [TimedAmount] = []
    /// Block in which its misses reached `missesToJail`; nil unless it is jailed.
    package var jailedAt: UInt64?
    /// First height at which `unjail` is accepted.
    package var jailedUntil: UInt64?
    /// When an accepted `unjail` takes effect.
    package var unjailsAt: UInt64?
    /// Heights of the misses inside the jail window, rising.
    package var misses: [UInt64] = []
    /// Score of valid submissions in 1/65,536, as it stood at `lastScoreHeight`.
    package var score: UInt64 = 0
    /// Block that last raised `score`: the end of a T2 with a valid submission. It decays from there.
    package var lastScoreHeight: UInt64 = 0
    /// Number of the job that it is selected for, until that job's T2 closes.
    package var assignedJob: UInt64?
    /// Operator key that a `setOperator` announced; already reserved in `operators`.
    package var pendingOperator: PendingKey?
    /// Recipient that a `setRecipient` announced.
    package var pendingRecipient: PendingKey?

    package init(
        owner: Address, operatorKey: Address, recipient: Address, stake: UInt128, registeredAt: UInt64,
        activeFrom: UInt64
    ) {
        self.owner = owner
        self.operatorKey = operatorKey
        self.recipient = recipient
        self.stake = stake
        self.registeredAt = registeredAt
        self.activeFrom = activeFrom
    }

    /// Everything that the prover has at stake, whatever its state.
    package var total: UInt128 {
        (pendingStake + unbonding).reduce(stake) { $0 + $1.amount }
    }

    /// Jailed provers are not selected, and their proving transactions are refused.
    package var isJailed: Bool { jailedAt != nil }
    /// Leaving is final; the stake unbonds once no job can cost it anything.
    package var isLeaving: Bool { leavingAt != nil }

    /// Record: owner, operatorKey, recipient, stake, pendingStake, registeredAt, activeFrom, paused, the six optional
    /// heights (resumesAt to unjailsAt, assignedJob), unbonding, misses, score, lastScoreHeight, both pending keys.
    package func encode(to writer: inout ByteWriter) {
        writer.address(owner)
        writer.address(operatorKey)
        writer.address(recipient)
        writer.u128(stake)
        writer.list(pendingStake)
        writer.u64(registeredAt)
        writer.u64(activeFrom)
        writer.bool(paused)
        for height in [resumesAt, leavingAt, jailedAt, jailedUntil, unjailsAt, assignedJob] { writer.optional(height) }
        writer.list(unbonding)
        writer.list(misses)
        writer.u64(score)
        writer.u64(lastScoreHeight)
        writer.optional(pendingOperator) { $1.encode(to: &$0) }
        writer.optional(pendingRecipient) { $1.encode(to: &$0) }
    }

    /// Reads what `encode(to:)` writes.
    package init(from reader: inout RecordReader) throws(RecordError) {
        owner = try reader.address()
        operatorKey = try reader.address()
        recipient = try reader.address()
        stake = try reader.u128()
        pendingStake = try reader.list()
        registeredAt = try reader.u64()
        activeFrom = try reader.u64()
        paused = try reader.bool()
        resumesAt = try reader.optionalU64()
        leavingAt = try reader.optionalU64()
        jailedAt = try reader.optionalU64()
        jailedUntil = try reader.optionalU64()
        unjailsAt = try reader.optionalU64()
        assignedJob = try reader.optionalU64()
        unbonding = try reader.list()
        misses = try reader.list()
        score = try reader.u64()
        lastScoreHeight = try reader.u64()
        pendingOperator = try reader.optional { (r) throws(RecordError) in try PendingKey(from: &r) }
        pendingRecipient = try reader.optional { (r) throws(RecordError) in try PendingKey(from: &r) }
    }
}
