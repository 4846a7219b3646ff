import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import ProofField
import ProverRuntime
import ProvingRules
import Replica
import STARKCore
import SampleChain
import Synchronization
import SystemState
import Testing

@Suite("Making payloads")
struct JobProverTests {
    private static let node = Result {
        var node = try SampleNode(SampleGenesis.make())
        try node.transfer(from: 0, to: SampleGenesis.user(1).address, value: 5)
        try node.produce(2)
        return node
    }

    private func prover(
        _ node: SampleNode, isWanted: @escaping @Sendable () -> Bool = { true },
        input change: (inout JobInput) -> Void = { _ in }
    ) throws -> JobProver {
        var input = try node.disk.jobInput(try #require(node.system.jobs[1]))
        change(&input)
        return try JobProver(
            input: input, program: node.program, operatorKey: SampleGenesis.operatorKey(0).address, threads: 1,
            isWanted: isWanted)
    }

    @Test("commitments are the same for every prover and every time")
    func deterministic() throws {
        let node = try Self.node.get()
        var (first, second) = (try prover(node), try prover(node))
        let one = try first.commitments([0, 1]) { _ in }
        #expect(try second.commitments([0, 1]) { _ in } == one)
        #expect(try first.commitments([1]) { _ in }.entries == [one.entries[1]])
        #expect(first.peakBytes > 0)
    }

    @Test("progress names instance, position and stage")
    func progress() throws {
        var steps: [ProvingProgress] = []
        var prover = try prover(try Self.node.get())
        _ = try prover.commitments([0, 1]) { steps.append($0) }
        #expect(steps.map(\.instance) == [0, 1])
        #expect(steps.map(\.position) == [0, 1])
        #expect(steps.allSatisfy { $0.count == 2 && $0.stage == "commit" })
    }

    @Test("a stand-alone proof is accepted by the node's rules")
    func standAlone() throws {
        var node = try Self.node.get()
        let job = try #require(node.system.jobs[1])
        let sender = try #require(ProverTeam.index(of: job.selected[0].owner))
        var alone = try JobProver(
            input: node.disk.jobInput(job), program: node.program,
            operatorKey: SampleGenesis.operatorKey(sender).address, threads: 1, isWanted: { true })
        let payload = try alone.standAlone { _ in }.encoded
        let transaction = try SampleGenesis.operatorKey(sender).proving(job.id, .t1, payload)
        #expect(try node.submit(transaction, payload: payload) == nil)
        try node.produce()
        #expect(node.system.jobs[1]?.outcome == .proven)
    }

    private func error(_ body: () throws -> Void) -> JobProverError? {
        do {
            try body()
            return nil
        } catch { return error as? JobProverError }
    }

    @Test("an input that does not hold together is named")
    func input() throws {
        let node = try Self.node.get()
        let wrong = error { _ = try prover(node, input: { $0.operations[0].amount += 1 }) }
        guard case .input(.operationsRootMismatch) = wrong else {
            Issue.record("\(String(describing: wrong))")
            return
        }
    }

    @Test("an instance outside of the plan, no challenge, a root that is not its own: named, never a trap")
    func wrongRequests() throws {
        let node = try Self.node.get()
        var job = try #require(node.system.jobs[1])
        var prover = try prover(node)
        guard case .noSuchInstance(9) = error({ _ = try prover.commitments([9]) { _ in } }) else {
            Issue.record("commitment to instance 9")
            return
        }
        guard case .noChallenge = error({ _ = try prover.partials([0], chain: job) { _ in } }) else {
            Issue.record("partial without a challenge")
            return
        }
        job.challenge = .zero
        job.canonicalRoots = [.zero, .zero]
        guard case .rootChanged(0) = error({ _ = try prover.partials([0], chain: job) { _ in } }) else {
            Issue.record("partial over another root")
            return
        }
        guard case .noSuchInstance(9) = error({ _ = try prover.partials([9], chain: job) { _ in } }) else {
            Issue.record("partial of instance 9")
            return
        }
    }

    @Test("work that is no longer wanted ends before the next instance")
    func cancelled() throws {
        let node = try Self.node.get()
        let asked = Mutex(0)
        var prover = try prover(
            node,
            isWanted: {
                asked.withLock {
                    $0 += 1; return $0 == 1
                }
            })
        var started: [UInt32] = []
        guard case .cancelled = error({ _ = try prover.commitments([0, 1]) { started.append($0.instance) } }) else {
            Issue.record("not cancelled")
            return
        }
        #expect(asked.withLock { $0 } == 2)
        #expect(started == [0, 1])
    }

    @Test("every error has a text of its own")
    func texts() {
        let errors: [JobProverError] = [
            .input(.planMismatch), .noSuchInstance(1), .rootChanged(1), .ownProofRefused(1, .wrongLength),
            .noChallenge, .submissionsIncomplete, .cancelled,
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
    }
}

@Suite("The folder of finished payloads")
struct WorkFolderTests {
    @Test("what was saved is loaded, by job and phase; the rest is nil")
    func roundTrip() throws {
        let directory = try TemporaryDirectory()
        let folder = try WorkFolder(path: directory.path + "/deep/work")
        let (job, other) = (Keccak256.hash(utf8: "a"), Keccak256.hash(utf8: "b"))
        try folder.save([1, 2, 3], job, .t1)
        try folder.save([4], job, .t2)
        try folder.save([5], other, .t1)
        #expect(folder.load(job, .t1) == [1, 2, 3])
        #expect(folder.load(job, .t2) == [4])
        #expect(folder.load(job, .t3) == nil)
        try folder.save([9], job, .t1)
        #expect(folder.load(job, .t1) == [9])
        folder.remove(job, .t1)
        #expect(folder.load(job, .t1) == nil)
        folder.keepOnly([other])
        #expect(folder.load(job, .t2) == nil)
        #expect(folder.load(other, .t1) == [5])
    }

    @Test("an empty file is no payload")
    func empty() throws {
        let directory = try TemporaryDirectory()
        let folder = try WorkFolder(path: directory.path)
        try folder.save([], .zero, .t1)
        #expect(folder.load(.zero, .t1) == nil)
    }
}
