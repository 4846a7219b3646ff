import ByteCodec
import ChainTypes
import Cryptography
import ProverRuntime
import Replica
import SampleChain
import SystemState
import Testing

/// Blocks are executed, proven by several provers with real proofs, and paid for. All amounts are worked out by hand
/// from the source's table.
@Suite("A job from transfers to payments")
struct ProvenJobTests {
    private static let unit: UInt128 = 1_000_000_000_000_000
    private static let gwei = Unit.gwei

    @Test("phases follow each other block by block, and the proven height advances")
    func phases() throws {
        var scenario = try ProvenJobScenario.atT1.get()
        #expect(scenario.node.height == 2)
        #expect(try scenario.job.phase == .t1)
        #expect(try scenario.job.selectedAt == 2)
        #expect(try scenario.selected.count == 2)
        #expect(scenario.node.system.provenHeight == 0)
        try scenario.round()
        #expect(try scenario.job.phase == .t2)
        #expect(try scenario.job.challenge != nil)
        try scenario.round()
        let proven = try scenario.job
        #expect(proven.phase == .t3)
        #expect(proven.partialsComplete)
        #expect(proven.plan.count >= 2)
        #expect(Set(proven.submissions.map(\.owner)).count == 2)
        #expect(proven.submissions.allSatisfy { $0.entries.count == proven.plan.count })
        try scenario.round()
        #expect(try scenario.job.provenAt == 5)
        #expect(scenario.node.system.provenHeight == 5)
        #expect(try scenario.team.run(&scenario.node, atMost: 6) { $0.system.jobs[1]?.isClosed == true })
        #expect(try scenario.job.outcome == .proven)
        #expect(scenario.node.system.jobs.count == 1)
        #expect(scenario.node.isConserved)
    }

    /// Runs the job to its end; returns the scenario and who was selected: in the order in which the team sends, and
    /// who aggregated.
    private func settled(_ preset: RulesPreset) throws -> (ProvenJobScenario, first: Int, second: Int, sender: Int) {
        var scenario = try ProvenJobScenario { $0.proving.preset = preset }
        let selected = try scenario.selected
        #expect(try scenario.team.run(&scenario.node, atMost: 12) { $0.system.jobs[1]?.isClosed == true })
        let inOrder = selected.sorted()
        return (scenario, inOrder[0], inOrder[1], selected[0])
    }

    private func prover(_ index: Int, _ units: UInt128, _ reason: PaymentReason, isPenalty: Bool = false) -> Payment {
        Payment(
            account: .prover(SampleGenesis.owner(index)), amount: units * Self.unit, isPenalty: isPenalty,
            reason: reason)
    }

    private func validator(_ units: UInt128, _ reason: PaymentReason) -> Payment {
        Payment(
            account: .validator(SampleGenesis.validator.address), amount: units * Self.unit, isPenalty: false,
            reason: reason)
    }

    /// Gas of the proving transactions of a prover in the chain: 50,000 and 2 a byte of payload.
    private func gas(_ scenario: ProvenJobScenario, _ index: Int) -> UInt128 {
        var gas: UInt128 = 0
        for block in scenario.node.blocks {
            for transaction in block.transactions
            where transaction.sender == SampleGenesis.operatorKey(index).address {
                gas += 50_000 + 2 * UInt128(transaction.proving?.payloadLength ?? 0)
            }
        }
        return gas
    }

    @Test("preset devnet: 3 a commitment, 20 and 3 a submission, 40 for being reused, 1 for the full proof's block")
    func devnet() throws {
        let (scenario, first, second, sender) = try settled(.devnet)
        let other = first == sender ? second : first
        #expect(
            try scenario.job.payments == [
                validator(6, .rewardT1Validator), prover(first, 20, .rewardT2Prover),
                prover(second, 20, .rewardT2Prover), validator(6, .rewardT2Validator),
                prover(other, 40, .rewardProverReusedT3), validator(1, .rewardValidatorT3),
            ])
        let system = scenario.node.system
        #expect(system.claimable[SampleGenesis.recipient(sender)] == 20 * Self.unit)
        #expect(system.claimable[SampleGenesis.recipient(other)] == 60 * Self.unit)
        #expect(system.supply.minted == 93 * Self.unit)
        // Base fee and tip are a gwei each; the tip is the validator's claim.
        for index in [sender, other] {
            #expect(gas(scenario, index) > 150_000 - (index == sender ? 0 : 50_000))
            #expect(try scenario.prover(index).total == SampleGenesis.stake - gas(scenario, index) * 2 * Self.gwei)
        }
        let provingGas = gas(scenario, sender) + gas(scenario, other)
        let tips = (provingGas + 3 * 21_000) * Self.gwei
        #expect(system.claimable[SampleGenesis.validator.address] == tips + 13 * Self.unit)
        #expect(system.supply.burned == tips)
        for index in try scenario.others {
            #expect(try scenario.prover(index).total == SampleGenesis.stake)
            #expect(system.claimable[SampleGenesis.recipient(index)] == nil)
        }
        #expect(scenario.node.isConserved)
    }

    @Test("preset source: also 50 and 40 for a proof of references, and a penalty of 1 for who sent none")
    func source() throws {
        let (scenario, first, second, sender) = try settled(.source)
        let other = first == sender ? second : first
        #expect(
            try scenario.job.payments == [
                validator(6, .rewardT1Validator), prover(first, 20, .rewardT2Prover),
                prover(second, 20, .rewardT2Prover), validator(6, .rewardT2Validator),
                prover(sender, 50, .rewardProverT3), prover(sender, 40, .rewardProverReusingT3),
                prover(other, 40, .rewardProverReusedT3), validator(1, .rewardValidatorT3),
                prover(other, 1, .penaltyProverT3, isPenalty: true),
            ])
        let system = scenario.node.system
        #expect(system.claimable[SampleGenesis.recipient(sender)] == 110 * Self.unit)
        #expect(system.claimable[SampleGenesis.recipient(other)] == 60 * Self.unit)
        #expect(system.supply.minted == 183 * Self.unit)
        #expect(
            try scenario.prover(other).total
                == SampleGenesis.stake - gas(scenario, other) * 2 * Self.gwei - Self.unit)
        #expect(
            system.supply.burned
                == Self.unit + (gas(scenario, sender) + gas(scenario, other) + 3 * 21_000) * Self.gwei)
        #expect(scenario.node.isConserved)
    }

    @Test("under profile A, the one for value, a job is proven as well")
    func profileA() throws {
        var scenario = try ProvenJobScenario { $0.proving.proofProfile = "A" }
        #expect(try scenario.team.run(&scenario.node, atMost: 6) { $0.system.provenHeight > 0 })
        #expect(try scenario.job.partialsComplete)
        #expect(try scenario.job.provenAt == scenario.node.height)
    }

    @Test("the proofs in the blocks verify for a node that replays them on a verifier of its own")
    func replay() throws {
        var scenario = try ProvenJobScenario.atT3.get()
        try scenario.round()
        var replayed = try SampleNode(scenario.node.genesis)
        for committed in scenario.node.blocks {
            let proposed = ProposedBlock(block: committed.block, payloads: committed.payloads)
            #expect(try replayed.replica.rejection(of: proposed) == nil)
            // The same disk, one block further.
            var disk = replayed.disk
            disk.carryOut(.commit(committed))
            replayed = try SampleNode(scenario.node.genesis, disk: disk, now: scenario.node.now)
        }
        #expect(replayed.replica.tip == scenario.node.replica.tip)
    }
}
