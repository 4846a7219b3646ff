import ByteCodec
import ChainTypes
import CommandShell
import JSONRPC
import ProofField
import ProvingRules
import SystemState

/// How a job might end, as a small JSON file says it; provers are named by their selection rank, and ranks from
/// `selected` on are provers that were not selected.
struct OutcomeFile: Sendable {
    struct Proof: Sendable {
        var by: Int
        var phase: ProvingPhase
        var kind: FullProofKind
        var reused: [Int]
        var inlined: [UInt32]
        var validator: Int
        /// In which block after the phase opened it was included; only the open phase pays by it.
        var waited: UInt64
    }

    var preset: RulesPreset?
    var selected: Int
    var instances: Int
    var committed: [Int]
    var submitted: [Int]
    var partialsComplete: Bool
    var fullProofs: [Proof]
    /// The last phase that was opened.
    var endsIn: JobPhase

    /// Reads a file's bytes; every error names the file and the field.
    static func parse(_ bytes: [UInt8], path: String) throws(CommandFailure) -> OutcomeFile {
        let value: JSONValue
        do { value = try JSONParser.parse(bytes) } catch {
            throw CommandFailure("\(path): not strict JSON: \(error)")
        }
        var fields = try OutcomeFields(value, file: path, path: "")
        let outcome = try OutcomeFile(&fields)
        try fields.finish()
        return outcome
    }

    private init(_ fields: inout OutcomeFields) throws(CommandFailure) {
        preset = try fields.choice("preset", ["source": RulesPreset.source, "devnet": .devnet])
        let selected = try fields.integer("selected", 1...Limits.maxSelectedProvers)
        let instances = try fields.integer(
            "instances", 1...Limits.maxInstancesPerJob, else: min(selected, Limits.maxInstancesPerJob))
        let committed = try fields.ranks("committed", below: selected, all: Array(0..<selected), else: [])
        let submitted = try fields.ranks("submitted", below: selected, all: committed, else: [])
        if let stranger = submitted.first(where: { !committed.contains($0) }) {
            throw fields.failure("submitted", "prover \(stranger) committed nothing, so it cannot submit")
        }
        let covered = Set(submitted.map { $0 % instances })
        partialsComplete = try fields.flag("partialsComplete", else: covered.count == instances)
        let proofs = try fields.objects("fullProofs") { (proof) throws(CommandFailure) in
            try Proof(&proof, instances: instances, submitted: submitted)
        }
        let last = proofs.last.flatMap { JobPhase(rawValue: $0.phase.rawValue) }
        endsIn =
            try fields.choice("endsIn", ["t1": .t1, "t2": .t2, "t3": .t3, "t4": .t4, "t5": .t5, "open": .open])
            ?? last ?? .t5
        (self.selected, self.instances, fullProofs) = (selected, instances, proofs)
        (self.committed, self.submitted) = (committed, submitted)
    }
}

extension OutcomeFile.Proof {
    fileprivate init(
        _ fields: inout OutcomeFields, instances: Int, submitted: [Int]
    ) throws(CommandFailure) {
        by = try fields.integer("by", 0...65_535)
        let phases: [String: ProvingPhase] = [
            "t1": .t1, "t2": .t2, "t3": .t3, "t4": .t4, "t5": .t5, "open": .open,
        ]
        guard let phase = try fields.choice("phase", phases) else { throw fields.failure("phase", "missing") }
        self.phase = phase
        let isEarly = [.t1, .t2, .open].contains(phase)
        let kinds: [String: FullProofKind] = [
            "composite": .composite, "standAlone": .standAlone, "recursive": .recursive,
        ]
        kind = try fields.choice("kind", kinds) ?? (isEarly ? .standAlone : .composite)
        guard !isEarly || kind == .standAlone else {
            throw fields.failure("kind", "in \(phase) only a standAlone proof can be sent")
        }
        reused = try fields.ranks("reused", below: 65_536, all: submitted, else: [])
        if let missing = reused.first(where: { !submitted.contains($0) }) {
            throw fields.failure("reused", "prover \(missing) submitted nothing to reuse")
        }
        let all = Array(0..<instances)
        inlined = try fields.ranks("inlined", below: instances, all: all, else: kind == .standAlone ? all : [])
            .map { UInt32(clamping: $0) }
        validator = try fields.integer("validator", 0...65_535, else: 0)
        waited = UInt64(try fields.integer("waited", 1...1_000_000, else: 1))
    }
}

extension OutcomeFile {
    /// The address that stands for a prover of the outcome.
    static func prover(_ rank: Int) -> Address { Address(lowBytes: 0x1_0000 + UInt64(rank)) }
    static func validator(_ index: Int) -> Address { Address(lowBytes: 0x2_0000 + UInt64(index)) }

    /// The job at its close. Prover i was dealt instance i mod `instances`.
    var job: Job {
        let statement = JobStatement(
            chainId: 0, programHash: .zero, firstHeight: 1, lastHeight: 1, lastBlockHash: .zero, subBlock: 0,
            subBlockCount: 1, operationCount: 1, operationsDigest: .zero, operationsRoot: .zero, before: .zero,
            after: .zero, attempt: 0)
        let plan = [PlannedInstance](
            repeating: PlannedInstance(circuit: 0, logHeight: 0, weight: 1), count: instances)
        var job = Job(number: 0, id: .zero, statement: statement, plan: plan, planRoot: .zero, phase: endsIn)
        job.selected = (0..<selected).map {
            SelectedProver(
                owner: Self.prover($0), operatorKey: Self.prover($0), instances: [UInt32($0 % instances)])
        }
        job.canonicalRoots = [Digest?](repeating: .zero, count: instances)
        job.challenge = .zero
        job.windows = phases.map { PhaseWindow(phase: $0, openedAt: 1, endsAt: .max) }
        job.commitments = committed.map { rank in
            Commitment(
                inclusion: inclusion(rank, .t1),
                roots: job.selected[rank].instances.map { InstanceRoot(instance: $0, root: .zero) })
        }
        job.submissions = submitted.map { rank in
            Submission(
                inclusion: inclusion(rank, .t2),
                entries: job.selected[rank].instances.map { InstanceSum(instance: $0, busSum: .zero) })
        }
        job.partialsComplete = partialsComplete
        job.fullProofs = fullProofs.map { proof in
            FullProof(
                inclusion: inclusion(proof.by, proof.phase, by: proof.validator, at: 1 + proof.waited),
                kind: proof.kind, reused: proof.reused.map(Self.prover).sorted(), inlined: proof.inlined)
        }
        return job
    }

    private var phases: [JobPhase] {
        if endsIn == .open { return [.open] }
        let all: [JobPhase] = [.t1, .t2, .t3, .t4, .t5]
        return Array(all.prefix { $0.rawValue <= endsIn.rawValue })
    }

    private func inclusion(
        _ rank: Int, _ phase: ProvingPhase, by validator: Int = 0, at height: UInt64 = 2
    ) -> Inclusion {
        Inclusion(
            owner: Self.prover(rank), operatorKey: Self.prover(rank), phase: phase, height: height,
            proposer: Self.validator(validator), transactionHash: .zero, payloadDigest: .zero)
    }
}
