import ByteCodec
import ChainTypes
import Cryptography
import ProofField
import ProverRuntime
import ProvingRules
import SampleChain
import SystemState
import Testing

/// Jobs put together by hand: three selected provers 0, 1, 2 by rank, and prover 3 outside.
private struct JobBuilder {
    var job: Job

    init(_ phase: JobPhase, openedAt: UInt64 = 10, endsAt: UInt64 = 16, instances: Int = 3) {
        let statement = JobStatement(
            chainId: 7, programHash: .zero, firstHeight: 5, lastHeight: 5, lastBlockHash: .zero, subBlock: 0,
            subBlockCount: 1, operationCount: 1, operationsDigest: .zero, operationsRoot: .zero, before: .zero,
            after: .zero, attempt: 0)
        job = Job(
            number: 1, id: statement.id, statement: statement,
            plan: (0..<instances).map { _ in PlannedInstance(circuit: 1, logHeight: 8, weight: 1) },
            planRoot: .zero, phase: phase)
        job.windows = [PhaseWindow(phase: phase, openedAt: openedAt, endsAt: endsAt)]
        job.selected = (0..<3).map { rank in
            SelectedProver(
                owner: SampleGenesis.owner(rank), operatorKey: SampleGenesis.operatorKey(rank).address,
                instances: [UInt32(rank), UInt32((rank + 1) % 3)].filter { $0 < instances }.sorted())
        }
    }

    static func root(_ value: UInt32) -> Digest { Digest(elements: (0..<8).map { _ in Felt(value) }) ?? .zero }

    func inclusion(_ prover: Int, _ phase: ProvingPhase) -> Inclusion {
        Inclusion(
            owner: SampleGenesis.owner(prover), operatorKey: SampleGenesis.operatorKey(prover).address, phase: phase,
            height: 11, proposer: .zero, transactionHash: .zero,
            payloadDigest: Keccak256.hash(utf8: "payload of \(prover)"))
    }

    /// A commitment to the dealt instances with the root that the instance's number names.
    mutating func commit(_ prover: Int, root: UInt32? = nil) {
        let roots = job.selected[prover].instances.map {
            InstanceRoot(instance: $0, root: Self.root(root ?? $0))
        }
        job.commitments.append(Commitment(inclusion: inclusion(prover, .t1), roots: roots))
    }

    mutating func close() {
        job.canonicalRoots = job.plan.indices.map { Self.root(UInt32($0)) }
        job.challenge = .zero
    }

    mutating func submit(_ prover: Int, _ instances: [UInt32]) {
        job.submissions.append(
            Submission(
                inclusion: inclusion(prover, .t2),
                entries: instances.map { InstanceSum(instance: $0, busSum: .zero) }))
    }

    mutating func prove(_ prover: Int, _ phase: ProvingPhase) {
        job.fullProofs.append(
            FullProof(inclusion: inclusion(prover, phase), kind: .composite, reused: [], inlined: []))
    }

    func action(_ prover: Int, at height: UInt64 = 11) -> ProverAction {
        ProverAction.next(job, owner: SampleGenesis.owner(prover), height: height)
    }
}

@Suite("What a prover does next")
struct ActionTests {
    @Test("T1: who was selected commits to what it was dealt, once")
    func t1() {
        var builder = JobBuilder(.t1)
        #expect(builder.action(0) == .commit(.t1, instances: [0, 1]))
        #expect(builder.action(2) == .commit(.t1, instances: [0, 2]))
        #expect(builder.action(3) == .wait(.notSelected))
        builder.commit(0)
        #expect(builder.action(0) == .wait(.done))
    }

    @Test("the window: open until its last block, closed after it")
    func window() {
        let builder = JobBuilder(.t1)
        #expect(builder.action(0, at: 16) == .commit(.t1, instances: [0, 1]))
        #expect(builder.action(0, at: 17) == .wait(.closed))
        for phase in [JobPhase.queued, .closed] { #expect(JobBuilder(phase).action(0) == .wait(.closed)) }
    }

    @Test("the extension of T1: what was dealt a second time")
    func t1Extension() {
        var builder = JobBuilder(.t1Extension)
        builder.job.selected[1].extensionInstances = [2]
        #expect(builder.action(1) == .commit(.t1Extension, instances: [2]))
        #expect(builder.action(0) == .wait(.phaseNotMine))
        #expect(builder.action(3) == .wait(.notSelected))
    }

    @Test("T2: who committed proves the instances whose canonical root is its own")
    func t2() {
        var builder = JobBuilder(.t2)
        builder.commit(0)
        builder.commit(1, root: 99)
        builder.close()
        #expect(builder.action(0) == .submit(instances: [0, 1]))
        #expect(builder.action(1) == .wait(.rootsNotCanonical))
        #expect(builder.action(2) == .wait(.notCommitted))
        #expect(builder.action(3) == .wait(.notSelected))
        builder.submit(0, [0, 1])
        #expect(builder.action(0) == .wait(.done))
    }

    @Test("T2 under a commit gap: the selected prove alone, in turn")
    func commitGap() {
        var builder = JobBuilder(.t2)
        builder.job.commitGap = true
        #expect(builder.action(0, at: 11) == .proveAlone(.t2))
        #expect(builder.action(1, at: 11) == .wait(.turnOfOthers))
        #expect(builder.action(1, at: 12) == .proveAlone(.t2))
        #expect(builder.action(3, at: 12) == .wait(.notSelected))
    }

    @Test(
        "T3: submitters aggregate in order of selection, others after them, until there is a proof",
        arguments: [
            (JobPhase.t3, ProvingPhase.t3), (.t4, .t4), (.t5, .t5),
        ])
    func aggregation(phase: JobPhase, addressed: ProvingPhase) {
        var builder = JobBuilder(phase)
        for prover in [2, 0] { builder.submit(prover, [0, 1, 2]) }
        builder.job.partialsComplete = true
        #expect(builder.action(0, at: 11) == .aggregate(addressed))
        #expect(builder.action(2, at: 11) == .wait(.turnOfOthers))
        #expect(builder.action(2, at: 12) == .aggregate(addressed))
        #expect(builder.action(1, at: 12) == .wait(.turnOfOthers))
        #expect(builder.action(1, at: 13) == .aggregate(addressed))
        #expect(builder.action(3, at: 13) == .aggregate(addressed))
        builder.prove(0, addressed)
        for prover in 0..<4 { #expect(builder.action(prover, at: 13) == .wait(.done)) }
    }

    @Test("T3 without complete partial proofs: alone, by rank, then everyone else")
    func incomplete() {
        let builder = JobBuilder(.t3)
        #expect(builder.action(0, at: 11) == .proveAlone(.t3))
        #expect(builder.action(2, at: 12) == .wait(.turnOfOthers))
        #expect(builder.action(2, at: 13) == .proveAlone(.t3))
        #expect(builder.action(3, at: 13) == .wait(.turnOfOthers))
        #expect(builder.action(3, at: 14) == .proveAlone(.t3))
    }

    @Test("a window too short for all turns: the last ones share its end")
    func shortWindow() {
        let builder = JobBuilder(.t3, openedAt: 10, endsAt: 12)
        #expect(builder.action(0, at: 10) == .wait(.turnOfOthers))
        for prover in 0..<4 { #expect(builder.action(prover, at: 11) == .proveAlone(.t3)) }
        let one = JobBuilder(.t3, openedAt: 10, endsAt: 11)
        for prover in 0..<4 { #expect(one.action(prover, at: 11) == .proveAlone(.t3)) }
    }

    @Test("sub-blocks are proven: each aggregator sends a proof of its own, whoever sent one before")
    func aggregators() {
        var builder = JobBuilder(.aggregate)
        builder.prove(1, .aggregate)
        for prover in [0, 2] { #expect(builder.action(prover) == .aggregateSubBlocks) }
        #expect(builder.action(1) == .wait(.done))
        #expect(builder.action(3) == .wait(.notSelected))
    }

    @Test("open to all: everyone at once")
    func open() {
        var builder = JobBuilder(.open, endsAt: .max)
        builder.job.selected = []
        for prover in 0..<4 { #expect(builder.action(prover) == .proveAlone(.open)) }
        builder.prove(1, .open)
        #expect(builder.action(0) == .wait(.done))
    }

    @Test(
        "who sent something invalid is done with the job",
        arguments: [
            JobPhase.t1, .t1Extension, .t2, .t3, .t4, .t5, .open,
        ])
    func barred(phase: JobPhase) {
        var builder = JobBuilder(phase)
        builder.job.invalid = [builder.inclusion(0, .t1)]
        #expect(builder.action(0) == .wait(.barred))
    }

    @Test("heights at the end of their range from a node that lies do no harm")
    func extremes() {
        let builder = JobBuilder(.t3, openedAt: .max, endsAt: .max)
        for height: UInt64 in [0, 10, .max] { #expect(builder.action(1, at: height) == .wait(.turnOfOthers)) }
    }

    @Test("the phase that an action addresses")
    func phases() {
        let job = JobBuilder(.t2).job
        #expect(ProverAction.commit(.t1Extension, instances: []).phase(of: job) == .t1Extension)
        #expect(ProverAction.submit(instances: []).phase(of: job) == .t2)
        #expect(ProverAction.aggregate(.t4).phase(of: job) == .t4)
        #expect(ProverAction.proveAlone(.open).phase(of: job) == .open)
        #expect(ProverAction.wait(.done).phase(of: job) == nil)
    }
}

@Suite("A full proof by reference")
struct ReferenceTests {
    private func owners(_ job: Job) throws -> [Address] {
        try #require(CompositeProofPayload.references(job)).compactMap {
            if case .reference(let prover) = $0 { prover } else { nil }
        }
    }

    @Test("an instance that nobody proved: none")
    func incomplete() {
        var builder = JobBuilder(.t3)
        builder.submit(0, [0, 1])
        #expect(CompositeProofPayload.references(builder.job) == nil)
        #expect(CompositeProofPayload.ofReferences(builder.job) == nil)
    }

    @Test("every submission is used when that is possible at all")
    func matching() throws {
        // Taking for each the first instance that is free would leave the last one out.
        var builder = JobBuilder(.t3, instances: 3)
        builder.submit(0, [0, 2])
        builder.submit(1, [0, 1])
        builder.submit(2, [1])
        let used = try owners(builder.job)
        #expect(used == [1, 2, 0].map { SampleGenesis.owner($0) })
    }

    @Test("more submissions than instances, and more instances than submissions")
    func uneven() throws {
        var crowded = JobBuilder(.t3, instances: 2)
        for prover in 0..<3 { crowded.submit(prover, [0, 1]) }
        #expect(Set(try owners(crowded.job)).count == 2)
        var sparse = JobBuilder(.t3, instances: 3)
        sparse.submit(1, [0, 1, 2])
        #expect(try owners(sparse.job) == [Address](repeating: SampleGenesis.owner(1), count: 3))
    }

    @Test("its bloom is that of the submissions in it")
    func bloom() throws {
        var builder = JobBuilder(.t3)
        builder.submit(0, [0, 1])
        builder.submit(2, [2])
        let payload = try #require(CompositeProofPayload.ofReferences(builder.job))
        let reused = [0, 2].map { SampleGenesis.owner($0) }.sorted()
        #expect(payload.bloom == SubmissionBloom(job: builder.job, reused: reused).bytes)
    }

    @Test("an instance outside of the plan, from a node that lies, is passed over")
    func outside() {
        var builder = JobBuilder(.t3, instances: 1)
        builder.submit(0, [0, 4_000_000_000])
        #expect(CompositeProofPayload.references(builder.job)?.count == 1)
    }
}
