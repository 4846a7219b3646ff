import ByteCodec
import ChainTypes
import Cryptography
import Foundation
import Logging
import ProverRuntime
import SampleChain
import SystemState
import Testing

struct StrategyTests {
    private let directory = try? TemporaryDirectory()

    /// A chain whose first job waits for its commitments.
    private static func node(isDevnet: Bool) throws -> SampleNode {
        var node = try SampleNode(SampleGenesis.make { $0.isDevnet = isDevnet })
        try node.transfer(from: 0, to: SampleGenesis.user(3).address, value: 5)
        try node.produce(2)
        return node
    }

    private func sidecar(_ prover: Int, _ strategy: ProverStrategy, _ link: LocalLink) throws -> Sidecar {
        let path = try #require(directory).path
        return try Sidecar(
            node: link,
            options: SidecarOptions(
                operatorKey: SampleGenesis.operatorKey(prover), dataPath: path, threads: 1,
                pollInterval: .milliseconds(1), strategy: strategy),
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    @Test func everyStrategyHasOneNameAndTheSourcesWordsAreKnown() {
        #expect(Set(ProverStrategy.names).count == ProverStrategy.all.count)
        for strategy in ProverStrategy.all { #expect(ProverStrategy(name: strategy.name) == strategy) }
        #expect(ProverStrategy(name: "thief") == .copiedProof && ProverStrategy(name: "silent") == .withholding)
        for name in ["", "lazy", "crash", "crash:", "crash:t9", "Honest"] { #expect(ProverStrategy(name: name) == nil) }
    }

    @Test(arguments: ProverStrategy.all.filter { $0 != .honest })
    func aTestToolIsRefusedOnAChainThatIsNoDevnet(strategy: ProverStrategy) async throws {
        let link = LocalLink(try Self.node(isDevnet: false))
        let sidecar = try sidecar(0, strategy, link)
        await #expect {
            try await sidecar.run()
        } throws: { error in
            if case SidecarFault.strategyNeedsDevnet(strategy.name, chainId: SampleGenesis.chainId) = error {
                "\(error)".contains("not marked as a devnet")
            } else {
                false
            }
        }
        #expect(await link.offered.isEmpty)
    }

    @Test(.timeLimit(.minutes(2))) func crashEndsWithThePayloadOnTheDiskAndUnsent() async throws {
        let node = try Self.node(isDevnet: true)
        let job = try #require(node.system.jobs[1])
        let prover = try #require(ProverTeam.index(of: job.selected[0].owner))
        let link = LocalLink(node)
        let sidecar = try sidecar(prover, .crash(.t1), link)
        await #expect {
            try await sidecar.run()
        } throws: { error in
            if case SidecarFault.crashed(.t1) = error { true } else { false }
        }
        #expect(await link.offered.isEmpty)
        let folder = try #require(directory).path + "/payloads/\(SampleGenesis.operatorKey(prover).address)"
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    }

    /// A job in T1 and what a prover that is selected for it does, strategy by strategy.
    @Test func whatAStrategyDoesFollowsFromTheJobAndFromWhatWasSeen() throws {
        let node = try Self.node(isDevnet: true)
        let job = try #require(node.system.jobs[1])
        let (mine, other) = (job.selected[0], job.selected[1])
        let height = node.height + 1
        func move(_ strategy: ProverStrategy, seen: [SeenPayload] = [], at height: UInt64) -> ProverMove {
            strategy.move(job, owner: mine.owner, height: height, seen: seen)
        }
        let commit = ProverMove.work(.commit(.t1, instances: mine.instances))
        #expect(move(.honest, at: height) == commit && move(.withholding, at: height) == commit)
        #expect(move(.late, at: height) == .wait)
        #expect(move(.late, at: try #require(job.window).endsAt) == commit)
        #expect(move(.crash(.t2), at: height) == commit && move(.freeRider, at: height) == .wait)
        #expect(move(.wrongRoot, at: height) == .forge(.t1, .wrongRoots(mine.instances)))
        // With redundancy 2 and two provers everyone has every instance.
        let honest = try #require(Forgery.wrongRoots(other.instances).payload(job, phase: .t1, seen: []))
        let seen = [SeenPayload(operatorKey: other.operatorKey, phase: .t1, payload: honest)]
        for strategy in [ProverStrategy.copiedRoot, .copiedProof] {
            #expect(move(strategy, at: height) == .wait)
            #expect(move(strategy, seen: seen, at: height) == .forge(.t1, .copiedRoots(mine.instances)))
        }
        #expect(Forgery.copiedRoots(mine.instances).payload(job, phase: .t1, seen: seen) == honest)
    }
}
