import ByteCodec
import ChainTypes
import Cryptography
import Execution
import Mempool
import ProofField
import ProvingRules
import Replica
import SampleChain
import SystemState
import Testing

/// What a dishonest or careless prover sends, why it is refused, and what it costs.
@Suite("Invalid proofs")
struct InvalidProofTests {
    /// Where `count` bytes spread over a payload of `length` bytes lie.
    private static func positions(_ count: Int, of length: Int) -> [Int] {
        (0..<count).map { $0 * (length - 1) / (count - 1) }
    }

    private static func changed(_ payload: [UInt8], at position: Int) -> [UInt8] {
        var payload = payload
        payload[position] ^= UInt8(1 << (position % 8))
        return payload
    }

    @Test("with any single byte changed the pool refuses a submission, and its sender pays nothing")
    func anyByte() throws {
        var scenario = try ProvenJobScenario.atT2.get()
        let sender = try scenario.selected[0]
        let payload = try scenario.honest(sender)
        let before = try scenario.prover(sender)
        let names: Set<String?> = ["malformedPayload", "wrongInstances", "missingInstance", "invalidPartial"]
        // Kind, count and the first proof's instance and length, then everywhere.
        for position in Array(0..<16) + Self.positions(240, of: payload.count) {
            let refusal = try scenario.submit(sender, .t2, Self.changed(payload, at: position))
            #expect(names.contains(refusal?.provingName), "byte \(position): \(String(describing: refusal))")
        }
        #expect(scenario.node.replica.mempool.proofCount == 0)
        try scenario.node.produce()
        #expect(try scenario.prover(sender) == before)
        #expect(try scenario.submit(sender, .t2, payload) == nil)
    }

    @Test("in a block it has verdict false: fee and penalty are burned from the stake, and its sender is barred")
    func inBlock() throws {
        var scenario = try ProvenJobScenario.atT2.get()
        let sender = try scenario.selected[0]
        let payload = try scenario.honest(sender)
        for position in [0, 4, 20] + Self.positions(12, of: payload.count) {
            let invalid = Self.changed(payload, at: position)
            let (result, executed) = try scenario.execute(sender, .t2, invalid)
            let receipt = try result.get()
            #expect(!receipt.succeeded)
            #expect(receipt.failure != nil)
            #expect(executed.verdicts == [false])
            #expect(receipt.gasUsed == 50_000 + 2 * UInt64(payload.count))
            let fee = UInt128(receipt.gasUsed) * 2 * Unit.gwei
            let before = try scenario.prover(sender).total
            #expect(
                executed.state.provers[SampleGenesis.owner(sender)]?.total == before - fee - Unit.cairn,
                "byte \(position)")
            #expect(
                executed.state.supply.burned - scenario.node.system.supply.burned == fee / 2 + Unit.cairn)
            let job = try #require(executed.state.jobs[1])
            #expect(job.isBarred(SampleGenesis.owner(sender)))
            #expect(job.submissions.isEmpty)
            let total = scenario.node.replica.ledger.accounts.total
            try executed.state.checkConservation(accountsTotal: total)
            // The honest one, too, comes too late for this job.
            let transaction = try SampleGenesis.operatorKey(sender).proving(job.id, .t2, payload)
            #expect(
                JobLifecycle.precheck(
                    try #require(transaction.proving), operator: transaction.sender, fee: 0,
                    verifier: scenario.node.replica.checker, state: executed.state, at: executed.state.height + 1)
                    == .failure(.barred))
        }
    }

    @Test("a partial proof copied under another operator's name is invalid")
    func copied() throws {
        var scenario = try ProvenJobScenario.atT2.get()
        let selected = try scenario.selected
        let stolen = try scenario.honest(selected[0])
        let refusal = try scenario.submit(selected[1], .t2, stolen)
        #expect(refusal?.provingName == "invalidPartial")
        let (result, executed) = try scenario.execute(selected[1], .t2, stolen)
        #expect(try result.get().failure == "invalidPartial(instance: 0)")
        #expect(executed.verdicts == [false])
    }

    @Test("who was not selected commits in vain")
    func notSelected() throws {
        var scenario = try ProvenJobScenario.atT1.get()
        let selected = try scenario.selected
        let payload = try scenario.honest(selected[0])
        let outsider = try scenario.others[0]
        #expect(try scenario.submit(outsider, .t1, payload)?.provingName == "notSelected")
        let (result, executed) = try scenario.execute(outsider, .t1, payload)
        #expect(result == .failure(.provingRefused(.notSelected)))
        #expect(executed.state.provers[SampleGenesis.owner(outsider)]?.total == SampleGenesis.stake)
    }

    @Test("a signer that is no operator key is not registered")
    func notRegistered() throws {
        var scenario = try ProvenJobScenario.atT1.get()
        let payload = try scenario.honest(try scenario.selected[0])
        let transaction = try SampleGenesis.user(0).proving(scenario.job.id, .t1, payload)
        #expect(try scenario.node.submit(transaction, payload: payload)?.provingName == "notRegistered")
    }

    @Test("a submission after its window, and one before it, address a phase that the job is not in")
    func wrongPhase() throws {
        var scenario = try ProvenJobScenario.atT2.get()
        let sender = try scenario.selected[0]
        let payload = try scenario.honest(sender)
        #expect(try scenario.submit(sender, .t3, payload)?.provingName == "wrongPhase")
        try scenario.node.produce(4)
        #expect(try scenario.submit(sender, .t2, payload)?.provingName == "wrongPhase")
        let before = try scenario.prover(sender).total
        let (result, executed) = try scenario.execute(sender, .t2, payload)
        #expect(result == .failure(.provingRefused(.wrongPhase)))
        #expect(executed.state.provers[SampleGenesis.owner(sender)]?.total == before)
    }

    @Test("a pending submission whose window passes leaves the pool, and costs nothing")
    func pendingTooLate() throws {
        // No block has room for a submission.
        var scenario = try ProvenJobScenario { $0.proving.proofBytesPerBlock = 4_096 }
        try scenario.round()
        let sender = try scenario.selected[0]
        let before = try scenario.prover(sender).total
        let payload = try scenario.honest(sender)
        #expect(try scenario.submit(sender, .t2, payload) == nil)
        try scenario.node.produce()
        #expect(scenario.node.replica.mempool.proofCount == 1)
        let end = try #require(try scenario.job.window?.endsAt)
        try scenario.node.produce(Int(end - scenario.node.height))
        #expect(try scenario.job.phase == .t3)
        #expect(scenario.node.replica.mempool.proofCount == 0)
        #expect(try scenario.job.submissions.isEmpty)
        #expect(try scenario.prover(sender).total == before)
    }

    @Test("a second transaction in a phase is refused and costs nothing")
    func alreadySent() throws {
        var scenario = try ProvenJobScenario.atT2.get()
        let sender = try scenario.selected[0]
        let payload = try scenario.honest(sender)
        #expect(try scenario.submit(sender, .t2, payload) == nil)
        try scenario.node.produce()
        let before = try scenario.prover(sender).total
        #expect(try scenario.submit(sender, .t2, payload + [0])?.provingName == "alreadySent")
        let (result, executed) = try scenario.execute(sender, .t2, payload)
        #expect(result == .failure(.provingRefused(.alreadySent)))
        #expect(executed.state.provers[SampleGenesis.owner(sender)]?.total == before)
    }

    @Test("a job that is unknown or closed takes nothing")
    func noJob() throws {
        var scenario = try ProvenJobScenario.atT2.get()
        let sender = try scenario.selected[0]
        let payload = try scenario.honest(sender)
        let unknown = try SampleGenesis.operatorKey(sender).proving(Keccak256.hash(utf8: "no job"), .t2, payload)
        #expect(try scenario.node.submit(unknown, payload: payload)?.provingName == "unknownJob")
        #expect(try scenario.team.run(&scenario.node, atMost: 12) { $0.system.jobs[1]?.isClosed == true })
        #expect(try scenario.submit(sender, .t3, payload)?.provingName == "jobClosed")
    }

    @Test("a payload other than the one that was signed is no payload")
    func payloadMismatch() throws {
        var scenario = try ProvenJobScenario.atT2.get()
        let sender = try scenario.selected[0]
        let payload = try scenario.honest(sender)
        let transaction = try SampleGenesis.operatorKey(sender).proving(scenario.job.id, .t2, payload)
        #expect(try scenario.node.submit(transaction, payload: Self.changed(payload, at: 9)) == .payloadMismatch)
        #expect(try scenario.node.submit(transaction, payload: payload.dropLast()) == .payloadMismatch)
        #expect(try scenario.node.submit(transaction, payload: nil) == .payloadMismatch)
    }

    @Test("a root that differs is no fault by itself: who committed it owes only its other instances")
    func wrongRoot() throws {
        var scenario = try ProvenJobScenario.atT1.get()
        let selected = try scenario.selected
        var commitment = try CommitmentPayload(decoding: try scenario.honest(selected[1]))
        commitment.entries[0].root = commitment.entries[1].root
        #expect(try scenario.submit(selected[1], .t1, commitment.encoded) == nil)
        scenario.team.active = [selected[0]]
        try scenario.round()
        let job = try scenario.job
        #expect(job.isDisputed)
        #expect(job.owed(by: SampleGenesis.owner(selected[1])) == [1])
        scenario.team.active = selected
        #expect(try scenario.team.run(&scenario.node, atMost: 12) { $0.system.jobs[1]?.isClosed == true })
        #expect(try scenario.job.outcome == .proven)
        #expect(try scenario.job.payments.allSatisfy { !$0.isPenalty })
    }

    @Test("a canonical root that nobody can prove blocks T2 only: a stand-alone proof wins in T3")
    func wrongCanonicalRoot() throws {
        var scenario = try ProvenJobScenario.atT1.get()
        let selected = try scenario.selected
        var commitment = try CommitmentPayload(decoding: try scenario.honest(selected[0]))
        commitment.entries[0].root = commitment.entries[1].root
        #expect(try scenario.submit(selected[0], .t1, commitment.encoded) == nil)
        scenario.team.active = [selected[1]]
        #expect(try scenario.team.run(&scenario.node, atMost: 20) { $0.system.jobs[1]?.isClosed == true })
        let job = try scenario.job
        #expect(!job.partialsComplete)
        #expect(job.outcome == .proven)
        #expect(job.fullProofs.map(\.kind) == [.standAlone])
        #expect(
            job.payments.filter { $0.reason == .penaltyT2Prover }.map(\.account.address)
                == [SampleGenesis.owner(selected[0])])
    }

    @Test("a copied commitment does not help its copier, and harms nobody")
    func copiedCommitment() throws {
        var scenario = try ProvenJobScenario.atT1.get()
        let selected = try scenario.selected
        let copied = try scenario.honest(selected[0])
        #expect(try scenario.submit(selected[0], .t1, copied) == nil)
        #expect(try scenario.submit(selected[1], .t1, copied) == nil)
        try scenario.node.produce()
        #expect(try scenario.job.phase == .t2)
        let proofs = try scenario.honest(selected[0])
        #expect(try scenario.submit(selected[1], .t2, proofs)?.provingName == "invalidPartial")
        scenario.team.active = [selected[0]]
        #expect(try scenario.team.run(&scenario.node, atMost: 12) { $0.system.jobs[1]?.isClosed == true })
        let job = try scenario.job
        #expect(job.partialsComplete)
        #expect(job.outcome == .proven)
        // 3 for T2; preset devnet adds the penalty of 1 for having sent nothing in T3 either.
        let penalties = job.payments.filter(\.isPenalty)
        #expect(penalties.map(\.reason) == [.penaltyT2Prover, .penaltyProverT3])
        #expect(penalties.allSatisfy { $0.account.address == SampleGenesis.owner(selected[1]) })
        #expect(
            try scenario.prover(selected[1]).total
                == SampleGenesis.stake - (50_000 + 2 * UInt128(copied.count)) * 2 * Unit.gwei
                - 4 * 1_000_000_000_000_000)
    }

    @Test("a full proof by reference: every changed byte is refused, also its bloom")
    func composite() throws {
        var scenario = try ProvenJobScenario.atT3.get()
        let sender = try scenario.selected[0]
        let payload = try scenario.honest(sender)
        let names: Set<String?> = [
            "malformedPayload", "wrongInstances", "unknownSubmission", "bloomMismatch", "instanceNotInSubmission",
        ]
        for position in payload.indices {
            let refusal = try scenario.submit(sender, .t3, Self.changed(payload, at: position))
            #expect(names.contains(refusal?.provingName), "byte \(position): \(String(describing: refusal))")
        }
        var parts = try CompositeProofPayload(decoding: payload)
        parts.bloom[0] ^= 1
        #expect(try scenario.submit(sender, .t3, parts.encoded)?.provingName == "bloomMismatch")
    }
}
