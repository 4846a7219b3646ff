import ByteCodec
import ChainTypes
import Cryptography
import Execution
import ProofField
import ProvingRules
import SampleChain
import SystemState
import Testing

@Suite("Why a transaction cannot be in a block")
struct InclusionTests {
    private let user = SampleGenesis.user(0)
    private let to = SampleGenesis.user(1).address

    @Test("wrongNonce, too low and too high")
    func wrongNonce() throws {
        var scenario = try ExecutionScenario()
        #expect(try scenario.refusal(user.transaction(nonce: 1, to: to)) == .wrongNonce(next: 0, got: 1))
        try scenario.block([user.transaction(nonce: 0, to: to)])
        #expect(try scenario.refusal(user.transaction(nonce: 0, to: to)) == .wrongNonce(next: 1, got: 0))
    }

    @Test("a nonce at its cap sends nothing any more")
    func nonceCap() throws {
        var scenario = try ExecutionScenario()
        scenario.accounts.accounts[0].nonce = Account.maxNonce - 1
        scenario.accounts.accounts[2].nonce = Account.maxNonce
        // The last nonce can be signed and used; the cap itself cannot be signed.
        #expect(try scenario.refusal(user.transaction(nonce: Account.maxNonce - 1, to: to)) == nil)
        #expect(throws: TransactionRejection.nonceTooLarge) {
            try SampleGenesis.user(2).transaction(nonce: Account.maxNonce, to: to)
        }
    }

    @Test("unknownSender")
    func unknownSender() throws {
        let stranger = SampleGenesis.key("stranger")
        #expect(try ExecutionScenario().refusal(stranger.transaction(nonce: 0, to: to)) == .unknownSender)
    }

    @Test("insufficientFunds counts the gas limit at the maximum fee, and the value")
    func insufficientFunds() throws {
        var scenario = try ExecutionScenario()
        let transaction = try user.transaction(nonce: 0, to: to, value: 5, gasLimit: 21_000, maxFee: 3 * Unit.gwei)
        let cost = 21_000 * (3 * Unit.gwei) + 5
        scenario.accounts.accounts[0].balance = cost - 1
        #expect(try scenario.refusal(transaction) == .insufficientFunds)
        scenario.accounts.accounts[0].balance = cost
        #expect(try scenario.refusal(transaction) == nil)
        let huge = try user.transaction(nonce: 0, to: to, value: .max)
        #expect(try scenario.refusal(huge) == .insufficientFunds)
    }

    @Test("feeBelowBaseFee, intrinsicGasTooLow, contractCreation")
    func form() throws {
        let scenario = try ExecutionScenario()
        let cheap = try user.transaction(nonce: 0, to: to, tip: 0, maxFee: Unit.gwei)
        #expect(try scenario.refusal(cheap) == nil)
        #expect(try scenario.refusal(cheap, baseFee: Unit.gwei + 1) == .feeBelowBaseFee)
        #expect(try scenario.refusal(user.transaction(nonce: 0, to: to, gasLimit: 20_999)) == .intrinsicGasTooLow)
        #expect(try scenario.refusal(user.transaction(nonce: 0, to: nil)) == .contractCreation)
    }

    @Test("exceedsBlockGas: the limit counts, not what is used")
    func blockGas() throws {
        let scenario = try ExecutionScenario { $0.chain.gasLimit = 100_000 }
        var executor = scenario.executor()
        #expect(executor.gasLeft == 100_000)
        _ = try executor.apply(
            ExecutableTransaction(transaction: user.transaction(nonce: 0, to: to, gasLimit: 100_000))
        ).get()
        #expect(executor.gasLeft == 79_000)
        let second = try user.transaction(nonce: 1, to: to, gasLimit: 79_001)
        #expect(
            try executor.apply(ExecutableTransaction(transaction: second)) == .failure(.exceedsBlockGas))
        let third = try user.transaction(nonce: 1, to: to, gasLimit: 79_000)
        let receipt = try executor.apply(ExecutableTransaction(transaction: third)).get()
        #expect(receipt.cumulativeGasUsed == 42_000)
        #expect(executor.gasUsed == 42_000)
        #expect(executor.finish().gasUsed == 42_000)
    }

    @Test("exceedsBlockOperations")
    func blockOperations() throws {
        let scenario = try ExecutionScenario { $0.chain.maxOperationsPerBlock = 5 }
        var executor = scenario.executor()
        for nonce in UInt64(0)..<2 {
            let transfer = try user.transaction(nonce: nonce, to: to, value: 1)
            #expect(try executor.apply(ExecutableTransaction(transaction: transfer)).get().succeeded)
        }
        let last = try user.transaction(nonce: 2, to: to, value: 1)
        #expect(
            try executor.apply(ExecutableTransaction(transaction: last)) == .failure(.exceedsBlockOperations))
        #expect(executor.finish().operations.count == 4)
    }
}

/// A job in T1 with two selected provers, made of one transfer. Both instances are dealt to both.
private struct JobScenario {
    var scenario: ExecutionScenario

    init(_ change: (inout Genesis) -> Void = { _ in }) throws {
        scenario = try ExecutionScenario(change)
        try scenario.block([SampleGenesis.user(0).transaction(nonce: 0, to: SampleGenesis.user(1).address, value: 1)])
        try scenario.block([VerifiedTransaction]())
    }

    var job: Job { get throws { try #require(scenario.state.jobs[1]) } }

    func selected(_ rank: Int) throws -> Int { try #require(ProverTeam.index(of: job.selected[rank].owner)) }

    static let commitment = CommitmentPayload(entries: [0, 1].map { .init(instance: $0, root: .zero) }).encoded
    static let submission = SubmissionPayload(
        entries: [0, 1].map { .init(instance: $0, proof: StandInVerifier.valid) }
    ).encoded

    func executable(
        _ rank: Int, _ phase: ProvingPhase, _ payload: [UInt8], maxFee: UInt128 = 100 * Unit.gwei
    ) throws -> ExecutableTransaction {
        ExecutableTransaction(
            transaction: try SampleGenesis.operatorKey(try selected(rank)).proving(
                job.id, phase, payload, maxFee: maxFee), evidence: .payload(payload))
    }

    mutating func commit() throws {
        let (results, _) = try scenario.block([
            executable(0, .t1, Self.commitment), executable(1, .t1, Self.commitment),
        ])
        for result in results { #expect(try result.get().succeeded) }
    }
}

@Suite("Proving transactions in a block")
struct ProvingInclusionTests {
    @Test("the fee comes from the stake: base fee burned, tip to the proposer; no account is touched")
    func fee() throws {
        var market = try JobScenario()
        let rank = try market.selected(0)
        let burned = market.scenario.state.supply.burned
        let claimed = market.scenario.state.claimable[ExecutionScenario.proposer] ?? 0
        let (results, block) = try market.scenario.block([market.executable(0, .t1, JobScenario.commitment)])
        let receipt = try results[0].get()
        let gas: UInt64 = 50_000 + 2 * UInt64(JobScenario.commitment.count)
        #expect(receipt.kind == .proving && receipt.succeeded)
        #expect(receipt.gasUsed == gas)
        #expect(receipt.logs.map(\.topics.first) == [ABI.eventTopic("Committed(bytes32,address,uint8)")])
        #expect(block.operations.isEmpty)
        #expect(block.verdicts == [true])
        #expect(block.facts.map { $0 != nil } == [true])
        #expect(
            block.state.provers[SampleGenesis.owner(rank)]?.stake
                == SampleGenesis.stake - UInt128(gas) * ExecutionScenario.price)
        #expect(block.state.supply.burned - burned == UInt128(gas) * Unit.gwei)
        #expect(block.state.claimable[ExecutionScenario.proposer] == claimed + UInt128(gas) * Unit.gwei)
    }

    @Test("an invalid payload: verdict false, penalty and fee burned, the log without a reason")
    func invalid() throws {
        var market = try JobScenario()
        try market.commit()
        let rank = try market.selected(0)
        let before = try #require(market.scenario.state.provers[SampleGenesis.owner(rank)]?.stake)
        var payload = JobScenario.submission
        payload[payload.count - 1] = 9
        let (results, block) = try market.scenario.block([market.executable(0, .t2, payload)])
        let receipt = try results[0].get()
        #expect(!receipt.succeeded)
        #expect(receipt.failure == "invalidPartial(instance: 1)")
        #expect(block.verdicts == [false])
        #expect(block.facts == [nil])
        let fee = UInt128(receipt.gasUsed) * ExecutionScenario.price
        #expect(block.state.provers[SampleGenesis.owner(rank)]?.stake == before - fee - Unit.cairn)
        #expect(
            receipt.logs.map(\.topics.first) == [
                ABI.eventTopic("ProofRejected(bytes32,address,uint8)"),
                ABI.eventTopic("Penalised(bytes32,address,uint256,string)"),
            ])
    }

    @Test(
        "a replay without payloads, from certified verdicts and facts, gives the same roots", arguments: [true, false])
    func certified(isValid: Bool) throws {
        var market = try JobScenario()
        try market.commit()
        let payload = isValid ? JobScenario.submission : [9]
        let transaction = try market.executable(0, .t2, payload)
        var replay = market.scenario
        let (_, block) = try market.scenario.block([transaction])
        let certified = ExecutableTransaction(
            transaction: transaction.transaction,
            evidence: .certified(verdict: block.verdicts[0], facts: block.facts[0]))
        let (_, replayed) = try replay.block([certified])
        #expect(replayed.verdicts == block.verdicts)
        #expect(replayed.systemRoot == block.systemRoot)
        #expect(replayed.receipts.map(\.logs) == block.receipts.map(\.logs))
    }

    @Test("missingPayload, and a payload other than the signed one")
    func missingPayload() throws {
        let market = try JobScenario()
        let transaction = try market.executable(0, .t1, JobScenario.commitment).transaction
        #expect(try market.scenario.refusal(transaction) == .missingPayload)
        #expect(
            try market.scenario.refusal(transaction, evidence: .payload([1]))
                == .provingRefused(.payloadDigestMismatch))
        #expect(
            try market.scenario.refusal(transaction, evidence: .certified(verdict: true, facts: nil))
                == .provingRefused(.payloadMissing))
    }

    @Test("exceedsProofBytes: declared bytes of the whole block")
    func proofBytes() throws {
        let limit = UInt64(JobScenario.commitment.count) * 2 - 1
        let market = try JobScenario { $0.proving.proofBytesPerBlock = limit }
        var executor = market.scenario.executor()
        _ = try executor.apply(market.executable(0, .t1, JobScenario.commitment)).get()
        #expect(
            try executor.apply(market.executable(1, .t1, JobScenario.commitment)) == .failure(.exceedsProofBytes))
    }

    @Test("exceedsVerificationBudget: judged by size, before anything is verified")
    func verificationBudget() throws {
        var market = try JobScenario { $0.proving.verifyBudgetPerBlock = 3 }
        try market.commit()
        var executor = market.scenario.executor()
        // Two proofs each by the declared size: 64 bytes and more.
        let payload = SubmissionPayload(
            entries: [0, 1].map { .init(instance: $0, proof: [UInt8](repeating: 1, count: 40)) }
        ).encoded
        #expect(try executor.apply(market.executable(0, .t2, payload)).get().failure == "invalidPartial(instance: 0)")
        #expect(
            try executor.apply(market.executable(1, .t2, payload)) == .failure(.exceedsVerificationBudget))
    }

    @Test("provingRefused: role, phase, stake; and feeBelowBaseFee as for any other")
    func refused() throws {
        var market = try JobScenario()
        let transaction = try market.executable(0, .t1, JobScenario.commitment)
        #expect(
            try market.scenario.refusal(transaction.transaction, evidence: transaction.evidence, baseFee: Unit.cairn)
                == .feeBelowBaseFee)
        let early = try market.executable(0, .t2, JobScenario.submission)
        #expect(
            try market.scenario.refusal(early.transaction, evidence: early.evidence)
                == .provingRefused(.wrongPhase))
        let owner = SampleGenesis.owner(try market.selected(0))
        let taken = SampleGenesis.stake - ProvingParameters.small.minimumStake + 1
        market.scenario.state.burnFromStake(owner, taken)
        #expect(
            try market.scenario.refusal(transaction.transaction, evidence: transaction.evidence)
                == .provingRefused(.belowMinimumStake))
        let dear = try market.executable(1, .t1, JobScenario.commitment, maxFee: .max)
        #expect(
            try market.scenario.refusal(dear.transaction, evidence: dear.evidence, baseFee: .max / 2)
                == .insufficientFunds)
        #expect(
            try market.scenario.refusal(dear.transaction, evidence: dear.evidence, baseFee: Unit.cairn)
                == .provingRefused(.stakeCannotCoverFee))
    }

    @Test("selections and phases log into the block's own receipt")
    func systemLogs() throws {
        var market = try JobScenario()
        let selection = try #require(market.scenario.blocks.last)
        #expect(
            selection.systemLogs.map(\.topics.first) == [
                ABI.eventTopic("JobSelected(bytes32,uint64,uint64,uint32,address[])")
            ])
        #expect(try selection.systemLogs[0].topics == [selection.systemLogs[0].topics[0], market.job.id, Bytes32(1)])
        try market.commit()
        let closing = try #require(market.scenario.blocks.last)
        #expect(
            closing.systemLogs.map(\.topics.first)
                == [
                    "T1Closed(bytes32,uint32,bool)", "ChallengeSet(bytes32,bytes32)",
                    "PhaseOpened(bytes32,uint8,uint64)",
                ].map { ABI.eventTopic($0) })
    }
}
