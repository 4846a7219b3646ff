import ByteCodec
import ChainTypes
import ProverRuntime
import SampleChain
import SystemState
import Testing

@Suite("Provers that stop and come back")
struct ProverAbsenceTests {
    @Test("with all provers stopped blocks go on and the lag grows; when they are back it is worked off")
    func stopped() throws {
        var node = try SampleNode(SampleGenesis.make { $0.proving.maxConcurrentJobs = 1 })
        var team = ProverTeam([])
        for block in 0..<12 {
            try node.transfer(from: block % 4, to: SampleGenesis.user(5).address, value: 1)
            #expect(try team.act(on: &node) == [])
            try node.produce()
        }
        #expect(node.height == 12)
        #expect(node.system.provenHeight == 0)
        #expect(node.system.unproven.count == 12)
        team.active = [0, 1, 2, 3]
        let stopped = node.height
        #expect(try team.run(&node, atMost: 80) { $0.system.provenHeight >= stopped })
        let proven = node.system.jobs.values.filter { $0.outcome == .proven || $0.provenAt != nil }
        #expect(proven.contains { $0.statement.firstHeight < $0.statement.lastHeight })
        #expect(node.system.unproven.isEmpty)
        #expect(node.isConserved)
    }

    @Test("a silent prover in T1 pays for T1 only, and its part is dealt again")
    func silentInT1() throws {
        var scenario = try ProvenJobScenario { $0.proving.redundancy = 1 }
        let selected = try scenario.selected
        let silent = selected[1]
        scenario.team.active = [selected[0]]
        #expect(try scenario.team.run(&scenario.node, atMost: 30) { $0.system.jobs[1]?.isClosed == true })
        let job = try scenario.job
        #expect(job.outcome == .proven)
        #expect(job.reassignmentCount > 0)
        let penalties = job.payments.filter(\.isPenalty)
        #expect(penalties.map(\.reason) == [.penaltyT1Prover])
        #expect(penalties.map(\.account.address) == [SampleGenesis.owner(silent)])
        #expect(try scenario.prover(silent).total == SampleGenesis.stake - penalties[0].amount)
        #expect(scenario.node.isConserved)
    }

    @Test("nobody in T1: the attempt fails, the next one is proven")
    func retry() throws {
        var scenario = try ProvenJobScenario()
        scenario.team.active = []
        #expect(try scenario.team.run(&scenario.node, atMost: 40) { $0.system.jobs[2]?.phase == .t1 })
        let failed = try scenario.job
        #expect(failed.outcome == .retried)
        #expect(failed.commitGap)
        #expect(failed.payments.map(\.reason) == [.penaltyT1Prover, .penaltyT1Prover])
        let next = try #require(scenario.node.system.jobs[2])
        #expect(next.statement.attempt == 1)
        #expect(next.id != failed.id)
        #expect(next.statement.operationsDigest == failed.statement.operationsDigest)
        scenario.team.active = [0, 1, 2, 3]
        #expect(try scenario.team.run(&scenario.node, atMost: 12) { $0.system.provenHeight > 1 })
        #expect(scenario.node.system.jobs[2]?.provenAt != nil)
    }

    @Test("commitments and no proofs: who committed pays for T2, and a stand-alone proof wins in T3")
    func silentInT2() throws {
        var scenario = try ProvenJobScenario.atT2.get()
        let selected = try scenario.selected
        scenario.team.active = []
        try scenario.node.produce(4)
        #expect(try scenario.job.phase == .t3)
        #expect(try !scenario.job.partialsComplete)
        scenario.team.active = [0, 1, 2, 3]
        #expect(try scenario.team.run(&scenario.node, atMost: 12) { $0.system.jobs[1]?.isClosed == true })
        let job = try scenario.job
        #expect(job.outcome == .proven)
        #expect(job.fullProofs.first?.kind == .standAlone)
        let late = job.payments.filter { $0.reason == .penaltyT2Prover }
        #expect(Set(late.map(\.account.address)) == Set(selected.map { SampleGenesis.owner($0) }))
    }

    @Test("after the last attempt the job is open to everyone")
    func open() throws {
        var scenario = try ProvenJobScenario { $0.proving.maxAttempts = 1 }
        scenario.team.active = []
        #expect(try scenario.team.run(&scenario.node, atMost: 40) { $0.system.jobs[2]?.phase == .open })
        scenario.team.active = [try scenario.others[0]]
        #expect(try scenario.team.run(&scenario.node, atMost: 4) { $0.system.jobs[2]?.isClosed == true })
        let job = try #require(scenario.node.system.jobs[2])
        #expect(job.payments.map(\.reason) == [.openReward])
        // Included in the first block that could: the reward has not risen yet.
        #expect(job.payments.map(\.amount) == [20 * 1_000_000_000_000_000])
        #expect(scenario.node.system.provenHeight == scenario.node.height)
    }
}
