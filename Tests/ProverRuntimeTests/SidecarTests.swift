import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import Foundation
import Logging
import ProverRuntime
import Replica
import SampleChain
import SystemState
import Testing

/// A directory that goes away with the test.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "cairn-sidecar-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite("A sidecar beside a node in memory")
struct SidecarTests {
    private let directory = try? TemporaryDirectory()

    /// A chain whose first job waits for its commitments. Windows are long: the chain moves with what is sent.
    private static func node(provers: Int = 4) throws -> SampleNode {
        var node = try SampleNode(
            SampleGenesis.make(provers: provers) {
                $0.proving.windows = PhaseWindows(t1: 40, t1Extension: 4, t2: 40, t3: 40, t4: 4, t5: 4, aggProof: 40)
            })
        for user in 0..<3 { try node.transfer(from: user, to: SampleGenesis.user(user + 3).address, value: 5) }
        try node.produce(2)
        return node
    }

    private func path(_ prover: Int) throws -> String { try #require(directory).path + "/prover-\(prover)" }

    private func sidecar(_ prover: Int, _ link: any NodeLink) throws -> Sidecar {
        try Sidecar(
            node: link,
            options: SidecarOptions(
                operatorKey: SampleGenesis.operatorKey(prover), dataPath: path(prover), threads: 1,
                pollInterval: .milliseconds(1)),
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Runs the sidecars of these provers until the chain is where the test wants it.
    private func run(
        _ provers: [Int], _ link: LocalLink, until isDone: @escaping @Sendable (LocalLink.View) -> Bool
    ) async throws {
        let sidecars = try provers.map { try sidecar($0, link) }
        await withTaskGroup(of: Void.self) { group in
            for sidecar in sidecars {
                group.addTask {
                    do {
                        try await sidecar.run()
                    } catch is CancellationError {
                        return
                    } catch {
                        Issue.record(error)
                    }
                }
            }
            await link.wait(until: isDone)
            group.cancelAll()
        }
    }

    private func payloadFile(_ prover: Int, _ job: Job, _ phase: ProvingPhase) throws -> String {
        let key = SampleGenesis.operatorKey(prover).address
        return try path(prover)
            + "/payloads/\(key)/\(Hex.encode(job.id.bytes, prefix: false))-\(phase.rawValue).payload"
    }

    private static func selected(_ node: SampleNode) throws -> [Int] {
        try #require(node.system.jobs[1]).selected.compactMap { ProverTeam.index(of: $0.owner) }
    }

    @Test("four of them prove a job from its commitments to the full proof", .timeLimit(.minutes(2)))
    func provesAJob() async throws {
        let link = LocalLink(try Self.node())
        try await run([0, 1, 2, 3], link) { $0.node.system.provenHeight > 0 }
        let job = try #require(await link.jobs.first)
        #expect(job.provenAt != nil)
        #expect(job.submissions.count == 2)
        #expect(job.fullProofs.count == 1)
        #expect(await link.refusals.isEmpty)
    }

    @Test("killed after proving and before sending: what lies on the disk is sent", .timeLimit(.minutes(2)))
    func resumesFromDisk() async throws {
        let node = try Self.node()
        let selected = try Self.selected(node)
        let link = LocalLink(node)
        await link.hold(.t2)
        let keys = Set(selected.map { SampleGenesis.operatorKey($0).address })
        try await run(selected, link) { view in
            keys.isSubset(of: view.offered.filter { $0.phase == .t2 }.map(\.sender))
        }
        let job = try #require(await link.jobs.first)
        #expect(job.phase == .t2)
        #expect(job.submissions.isEmpty)
        for prover in selected {
            #expect(FileManager.default.fileExists(atPath: try payloadFile(prover, job, .t2)))
        }
        #expect(await link.inputsAsked == 2)
        await link.release()
        try await run(selected, link) { $0.node.system.provenHeight > 0 }
        // Nothing was proven twice: the job's input was not even asked for again.
        #expect(await link.inputsAsked == 2)
        #expect(await link.refusals.isEmpty)
    }

    @Test(
        "killed before the proof was on the disk: it is made again, over the committed roots", .timeLimit(.minutes(2)))
    func provesAgain() async throws {
        let node = try Self.node()
        let selected = try Self.selected(node)
        let link = LocalLink(node)
        await link.hold(.t2)
        try await run(selected, link) { view in view.node.system.jobs[1]?.phase == .t2 }
        let job = try #require(await link.jobs.first)
        for prover in selected {
            try? FileManager.default.removeItem(atPath: try payloadFile(prover, job, .t2))
        }
        await link.release()
        try await run(selected, link) { $0.node.system.provenHeight > 0 }
        #expect(await link.inputsAsked == 4)
        #expect(await link.jobs.first?.submissions.count == 2)
    }

    @Test("a damaged payload on the disk is refused once, thrown away and made anew", .timeLimit(.minutes(2)))
    func damagedPayload() async throws {
        let node = try Self.node()
        let selected = try Self.selected(node)
        let job = try #require(node.system.jobs[1])
        // Half of a file that a broken disk left.
        let file = try payloadFile(selected[0], job, .t1)
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data([1, 0, 0]).write(to: URL(filePath: file))
        let link = LocalLink(node)
        try await run(selected, link) { $0.node.system.provenHeight > 0 }
        #expect(await link.refusals == ["malformedPayload"])
        #expect(await link.jobs.first?.commitments.count == 2)
    }

    @Test("work whose phase has passed is dropped, and the next attempt is proven", .timeLimit(.minutes(2)))
    func staleWork() async throws {
        let node = try Self.node()
        let selected = try Self.selected(node)
        let link = LocalLink(node)
        await link.delayFirstInput()
        // The attempt ends while the sidecar waits for its input. It looks on, and sees so.
        try await run([selected[0]], link) { $0.looks > $0.looksBeforeInput && $0.looks - $0.looksBeforeInput > 2 }
        try await run([0, 1, 2, 3], link) { $0.node.system.provenHeight > 0 }
        let jobs = await link.jobs
        #expect(jobs[0].commitments.isEmpty)
        #expect(jobs[0].outcome == .retried)
        #expect(jobs[1].statement.attempt == 1)
        #expect(jobs[1].provenAt != nil)
        // Payloads of closed jobs are gone.
        let name = Hex.encode(jobs[0].id.bytes, prefix: false)
        let folder = try path(selected[0]) + "/payloads/\(SampleGenesis.operatorKey(selected[0]).address)"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(!files.contains { $0.hasPrefix(name) })
    }

    @Test("a node that is not there yet is asked again", .timeLimit(.minutes(2)))
    func unreachable() async throws {
        let node = try Self.node()
        let link = LocalLink(node)
        await link.failChain(5)
        try await run(try Self.selected(node), link) { $0.node.system.jobs[1]?.phase == .t2 }
    }

    @Test("a chain of another profile or program ends it with the reason", .timeLimit(.minutes(2)))
    func faults() async throws {
        let node = try Self.node()
        let link = LocalLink(node)
        var facts = LocalLink.facts(node)
        facts.proofProfile = "Z"
        await link.answerChain(facts)
        await #expect {
            try await sidecar(0, link).run()
        } throws: { error in
            if case SidecarFault.unknownProfile("Z") = error { true } else { false }
        }
        facts = LocalLink.facts(node)
        facts.programHash = "0x00"
        await link.answerChain(facts)
        await #expect {
            try await sidecar(0, link).run()
        } throws: { error in
            if case SidecarFault.otherProgram("0x00", _) = error { true } else { false }
        }
    }

    @Test("what keeps a prover from being selected has a name and a way out")
    func hindrances() throws {
        var prover = try #require(Self.node().system.provers.values.first)
        #expect(prover.hindrance(at: 3) == nil)
        prover.paused = true
        #expect(prover.hindrance(at: 3)?.contains("cairn prover resume") == true)
        prover.activeFrom = 9
        #expect(prover.hindrance(at: 8) == "takes jobs from block 9 on")
        prover.leavingAt = 5
        #expect(prover.hindrance(at: 8)?.hasPrefix("is leaving") == true)
        (prover.jailedAt, prover.jailedUntil) = (4, 14)
        #expect(
            prover.hindrance(at: 8)?.contains("from block 14 on its owner brings it back: cairn prover unjail") == true)
    }

    @Test("a work folder that cannot be made is a fault with the disk's words")
    func noFolder() throws {
        let file = try path(7)
        try Data([1]).write(to: URL(filePath: file))
        #expect {
            try sidecar(7, LocalLink(Self.node()))
        } throws: { error in
            if case SidecarFault.disk(let text) = error { !text.isEmpty } else { false }
        }
    }
}
