package import ByteCodec
package import ChainTypes
package import ProofField

/// Where a job is in its life.
package enum JobPhase: UInt8, Hashable, Sendable, CaseIterable {
    /// A further attempt that waits for provers.
    case queued = 0
    /// Commitments.
    case t1 = 1
    /// Partial proofs under the global challenge.
    case t2 = 2
    /// Full proofs.
    case t3 = 3
    /// Full proofs, when T3 brought none.
    case t4 = 4
    /// Full proofs, when T4 brought none.
    case t5 = 5
    /// Commitments to instances that nobody committed in T1.
    case t1Extension = 6
    /// Any active prover may send a stand-alone full proof.
    case open = 7
    /// The aggregators of a split block may send the proof over its sub-blocks.
    case aggregate = 8
    /// Settled; nothing is accepted.
    case closed = 9

    /// The phase that transactions must address; nil when none is accepted.
    package var accepts: ProvingPhase? { ProvingPhase(rawValue: rawValue) }
}

/// How a job ended.
package enum JobOutcome: UInt8, Hashable, Sendable {
    /// A valid full proof is on chain.
    case proven = 1
    /// The attempt failed; another job proves the same blocks.
    case retried = 2
    /// The window for the proof over a block's sub-blocks, all of them proven, passed without one.
    case lapsed = 3
}

/// The states of a job that clients are told; the names are the sources'.
package enum JobState: UInt8, Hashable, Sendable, CaseIterable {
    /// Waits for provers.
    case provingQueued = 0
    /// Provers were drawn, and T1 is open.
    case proversSelected = 1
    /// T1 left instances without a commitment; they were dealt again.
    case reassigned = 2
    /// No commitment for some instance: there is no global challenge.
    case commitGap = 3
    /// Every instance has a canonical root, and the challenge is set.
    case proofCommitted = 4
    /// T2 ended with every instance proven and the buses balanced.
    case partialsComplete = 5
    /// T2 ended without.
    case partialsIncomplete = 6
    /// T3 or T4 ended without a full proof.
    case aggregationDelayed = 7
    /// The first valid full proof was included.
    case proofVerified = 8
    /// T5 ended without one: said of the attempt that failed and of the one that follows it.
    case fallbackRoute = 9
    /// After the last attempt: any active prover may send a stand-alone proof.
    case openToAll = 10
    /// Closed, with its payments booked.
    case settled = 11
    /// The aggregators' window ended without a valid AggProof.
    case aggregationLapsed = 12

    /// As clients see it: the name of the case.
    package var name: String { "\(self)" }
}

/// A prover of a job with the instances that it was dealt, rising. Its place in `Job.selected` is its selection rank.
package struct SelectedProver: Hashable, RecordCodable {
    /// Identity of the prover.
    package var owner: Address
    /// Operator key at selection.
    package var operatorKey: Address
    /// Places in the plan, rising, dealt at the selection.
    package var instances: [UInt32]
    /// Instances dealt in the T1 extension, rising.
    package var extensionInstances: [UInt32] = []

    package init(owner: Address, operatorKey: Address, instances: [UInt32]) {
        self.owner = owner
        self.operatorKey = operatorKey
        self.instances = instances
    }

    /// Record: owner, operatorKey (20 bytes each), instances, extensionInstances (u32 count, u32 each).
    package func encode(to writer: inout ByteWriter) {
        writer.address(owner)
        writer.address(operatorKey)
        writer.indices(instances)
        writer.indices(extensionInstances)
    }

    /// Reads what `encode(to:)` writes.
    package init(from reader: inout RecordReader) throws(RecordError) {
        owner = try reader.address()
        operatorKey = try reader.address()
        instances = try reader.indices()
        extensionInstances = try reader.indices()
    }
}

/// A phase that a job went through: opened at the end of block `openedAt`, accepting until `endsAt` inclusive.
package struct PhaseWindow: Hashable, RecordCodable {
    /// Any phase but `queued` and `closed`.
    package var phase: JobPhase
    /// Block at whose end it opened, for T1 the one that selected the provers; it accepts from the next on.
    package var openedAt: UInt64
    /// Last height at which transactions are accepted; `UInt64.max` for the open phase.
    package var endsAt: UInt64

    package init(phase: JobPhase, openedAt: UInt64, endsAt: UInt64) {
        self.phase = phase
        self.openedAt = openedAt
        self.endsAt = endsAt
    }

    /// Record: phase (u8), openedAt (u64), endsAt (u64).
    package func encode(to writer: inout ByteWriter) {
        writer.u8(phase.rawValue)
        writer.u64(openedAt)
        writer.u64(endsAt)
    }

    /// Reads what `encode(to:)` writes; throws `unknownCase` for another phase.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(phase: try reader.tag(), openedAt: try reader.u64(), endsAt: try reader.u64())
    }
}

/// Where a proving transaction stands: who sent it, in which phase, at which height, and who included it.
package struct Inclusion: Hashable, RecordCodable {
    /// Prover whose operator key signed.
    package var owner: Address
    /// Key that signed; the proofs in the payload are bound to it.
    package var operatorKey: Address
    /// Phase that the transaction addressed.
    package var phase: ProvingPhase
    /// Block that included it.
    package var height: UInt64
    /// Validator that included it, whose reward `Settlement` books.
    package var proposer: Address
    /// Keccak-256 of the signed transaction.
    package var transactionHash: Bytes32
    /// Keccak-256 of the payload, which may be pruned.
    package var payloadDigest: Bytes32

    package init(
        owner: Address, operatorKey: Address, phase: ProvingPhase, height: UInt64, proposer: Address,
        transactionHash: Bytes32, payloadDigest: Bytes32
    ) {
        self.owner = owner
        self.operatorKey = operatorKey
        self.phase = phase
        self.height = height
        self.proposer = proposer
        self.transactionHash = transactionHash
        self.payloadDigest = payloadDigest
    }

    /// Record: owner, operatorKey, phase (u8), height (u64), proposer, transactionHash, payloadDigest.
    package func encode(to writer: inout ByteWriter) {
        writer.address(owner)
        writer.address(operatorKey)
        writer.u8(phase.rawValue)
        writer.u64(height)
        writer.address(proposer)
        writer.bytes32(transactionHash)
        writer.bytes32(payloadDigest)
    }

    /// Reads what `encode(to:)` writes; throws `unknownCase` for another phase.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(
            owner: try reader.address(), operatorKey: try reader.address(), phase: try reader.tag(),
            height: try reader.u64(), proposer: try reader.address(), transactionHash: try reader.bytes32(),
            payloadDigest: try reader.bytes32())
    }
}

/// The stage-1 root of one instance.
package struct InstanceRoot: Hashable, RecordCodable {
    /// Place in the plan.
    package var instance: UInt32
    /// Merkle root of the instance's stage-1 trace.
    package var root: Digest

    package init(instance: UInt32, root: Digest) {
        self.instance = instance
        self.root = root
    }

    /// Record: instance (u32), root (32 bytes).
    package func encode(to writer: inout ByteWriter) {
        writer.u32(instance)
        writer.digest(root)
    }

    /// Reads what `encode(to:)` writes; throws `nonCanonicalElement` for a root that is no digest.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(instance: try reader.u32(), root: try reader.digest())
    }
}

/// The bus sum that a verified partial proof of one instance exposes.
package struct InstanceSum: Hashable, RecordCodable {
    /// Place in the plan.
    package var instance: UInt32
    /// Sum of multiplicity over denominator of all the instance's messages (logUp, ePrint 2022/1530).
    package var busSum: Ext

    package init(instance: UInt32, busSum: Ext) {
        self.instance = instance
        self.busSum = busSum
    }

    /// Record: instance (u32), busSum (four u32).
    package func encode(to writer: inout ByteWriter) {
        writer.u32(instance)
        writer.ext(busSum)
    }

    /// Reads what `encode(to:)` writes; throws `nonCanonicalElement` for a sum outside of the field.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(instance: try reader.u32(), busSum: try reader.ext())
    }
}

/// A well-formed commitment (T1 or its extension).
package struct Commitment: Hashable, RecordCodable {
    /// The transaction that brought it.
    package var inclusion: Inclusion
    /// By rising instance: those dealt to the sender.
    package var roots: [InstanceRoot]

    package init(inclusion: Inclusion, roots: [InstanceRoot]) {
        self.inclusion = inclusion
        self.roots = roots
    }

    /// Prover that committed.
    package var owner: Address { inclusion.owner }

    /// Record: inclusion, roots (u32 count).
    package func encode(to writer: inout ByteWriter) {
        inclusion.encode(to: &writer)
        writer.list(roots)
    }

    /// Reads what `encode(to:)` writes.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(inclusion: try Inclusion(from: &reader), roots: try reader.list())
    }
}

/// A valid T2 submission.
package struct Submission: Hashable, RecordCodable {
    /// The transaction that brought it.
    package var inclusion: Inclusion
    /// By rising instance: one for each partial proof in it.
    package var entries: [InstanceSum]

    package init(inclusion: Inclusion, entries: [InstanceSum]) {
        self.inclusion = inclusion
        self.entries = entries
    }

    /// Prover that submitted.
    package var owner: Address { inclusion.owner }

    /// Record: inclusion, entries (u32 count).
    package func encode(to writer: inout ByteWriter) {
        inclusion.encode(to: &writer)
        writer.list(entries)
    }

    /// Reads what `encode(to:)` writes.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(inclusion: try Inclusion(from: &reader), entries: try reader.list())
    }
}

/// What a full proof is made of.
package enum FullProofKind: UInt8, Hashable, Sendable {
    /// Partial proofs by reference or inline, under the job's global challenge.
    case composite = 0
    /// All partial proofs inline under a challenge from its own roots.
    case standAlone = 1
    /// One constant-size proof.
    case recursive = 2
    /// The full proofs of a block's sub-blocks by reference.
    case aggregate = 3
}

/// A valid full proof.
package struct FullProof: Hashable, RecordCodable {
    /// The transaction that brought it.
    package var inclusion: Inclusion
    /// What it is made of; settlement pays by it.
    package var kind: FullProofKind
    /// Owners of the submissions in it, or of the full proofs in an aggregate, rising; its sender's own among them if
    /// reused.
    package var reused: [Address]
    /// Instances that the sender proved in it itself, rising.
    package var inlined: [UInt32]

    package init(inclusion: Inclusion, kind: FullProofKind, reused: [Address], inlined: [UInt32]) {
        self.inclusion = inclusion
        self.kind = kind
        self.reused = reused
        self.inlined = inlined
    }

    /// Prover that sent it.
    package var owner: Address { inclusion.owner }

    /// Record: inclusion, kind (u8), reused (u32 count, 20 bytes each), inlined (u32 count, u32 each).
    package func encode(to writer: inout ByteWriter) {
        inclusion.encode(to: &writer)
        writer.u8(kind.rawValue)
        writer.addresses(reused)
        writer.indices(inlined)
    }

    /// Reads what `encode(to:)` writes; throws `unknownCase` for another kind.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(
            inclusion: try Inclusion(from: &reader), kind: try reader.tag(), reused: try reader.addresses(),
            inlined: try reader.indices())
    }
}

/// A state of a job and the height at whose block it was reached.
package struct JobMilestone: Hashable, RecordCodable {
    /// What was reached.
    package var state: JobState
    /// Block in which it was reached.
    package var height: UInt64

    package init(state: JobState, height: UInt64) {
        self.state = state
        self.height = height
    }

    /// Record: state (u8), height (u64).
    package func encode(to writer: inout ByteWriter) {
        writer.u8(state.rawValue)
        writer.u64(height)
    }

    /// Reads what `encode(to:)` writes; throws `unknownCase` for another state.
    package init(from reader: inout RecordReader) throws(RecordError) {
        self.init(state: try reader.tag(), height: try reader.u64())
    }
}
