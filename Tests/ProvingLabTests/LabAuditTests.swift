import ByteCodec
import ChainTypes
import ProverRuntime
import ProvingLab
import SystemState
import Testing

/// Every law is noticed when a state breaks it: a lab that finds nothing must be able to find something.
struct LabAuditTests {
    private static let owner = LabKeys.owner(0)

    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let edit: @Sendable (inout SystemState) -> Void
        let isNoticed: @Sendable (LabViolation) -> Bool
    }

    static let damages: [Damage] = [
        Damage(testDescription: "a burn for nothing") {
            $0.burnFromStake(owner, 1)
        } isNoticed: {
            if case .stakeDiffers(owner, _, _) = $0 { true } else { false }
        },
        Damage(testDescription: "money from nowhere") {
            $0.creditClaimable(1, to: owner)
        } isNoticed: {
            if case .moneyNotConserved = $0 { true } else { false }
        },
        Damage(testDescription: "a reward for nothing") {
            $0.mint(5, to: owner)
        } isNoticed: {
            $0 == .claimDiffers(owner, expected: 0, found: 5)
        },
        Damage(testDescription: "proven before it is there") {
            $0.provenHeight = 1_000
        } isNoticed: {
            $0 == .provenHeightAhead(1_000)
        },
        Damage(testDescription: "assigned to no job") { state in
            state.provers.update(owner) { $0.assignedJob = 77 }
        } isNoticed: {
            $0 == .assignmentDiffers(owner)
        },
        Damage(testDescription: "a key of nobody") {
            $0.operators[LabKeys.operatorKey(9)] = owner
        } isNoticed: {
            $0 == .operatorKeysDiffer
        },
    ]

    private static func chain() throws -> LabChain {
        let parameters = LabGenesis.parameters(.devnet)
        return try LabChain(
            parameters: parameters, provers: 4, stake: 10 * parameters.minimumStake,
            planner: StandInPlanner(instances: 3, maxInstances: 3), fees: .devnet, seed: 1)
    }

    private static func block(_ chain: LabChain, operations: UInt32 = 0, _ items: [LabBlock.Item] = []) -> LabBlock {
        LabBlock(proposer: LabKeys.validator(0), mix: chain.nextMix, operations: operations, items: items)
    }

    @Test(arguments: damages) func aBrokenLawIsNoticed(damage: Damage) throws {
        var chain = try Self.chain()
        var audit = LabAudit(chain.state)
        let sound = Self.block(chain)
        try audit.check(sound, chain.execute(sound, verifying: true), chain)
        chain.edit(damage.edit)
        let next = Self.block(chain)
        let receipt = chain.execute(next, verifying: true)
        #expect {
            try audit.check(next, receipt, chain)
        } throws: { error in
            (error as? LabViolation).map(damage.isNoticed) ?? false
        }
    }

    /// A chain with job 1 in T1, under audit.
    private struct Watched {
        var chain: LabChain
        var audit: LabAudit

        init() throws {
            chain = try LabAuditTests.chain()
            audit = LabAudit(chain.state)
            try run(operations: 2)
            try run()
        }

        mutating func run(_ items: [LabBlock.Item] = [], operations: UInt32 = 0) throws {
            let block = LabAuditTests.block(chain, operations: operations, items)
            try audit.check(block, chain.execute(block, verifying: true), chain)
        }

        /// The prover of that rank does its part in T1.
        mutating func act(_ rank: Int, _ action: ProverAction) throws {
            let job = try #require(chain.state.jobs[1])
            let prover = job.selected[rank]
            let payload = try #require(StandInWork.payload(action, job, operatorKey: prover.operatorKey))
            let proof = try #require(
                chain.proof(
                    payload, job: 1, phase: .t1, owner: prover.owner, operatorKey: prover.operatorKey,
                    isAsAsked: true))
            try run([.proof(proof)])
        }
    }

    /// The state forgets a commitment that was sent in time; the books do not.
    @Test func aPenaltyWithoutFaultIsNoticed() throws {
        var watched = try Watched()
        let prover = try #require(watched.chain.state.jobs[1]?.selected.first)
        try watched.act(0, .commit(.t1, instances: prover.instances))
        watched.chain.edit { $0.jobs.update(1) { $0.commitments = [] } }
        #expect(throws: LabViolation.punishedWithoutFault(job: 1, prover.owner, .penaltyT1Prover)) {
            for _ in 0..<60 { try watched.run() }
        }
    }

    /// The state has a commitment that nobody sent, and a full proof in T1 pays all who committed.
    @Test func aRewardForNothingIsNoticed() throws {
        var watched = try Watched()
        let job = try #require(watched.chain.state.jobs[1])
        let silent = job.selected[1]
        let inclusion = Inclusion(
            owner: silent.owner, operatorKey: silent.operatorKey, phase: .t1, height: watched.chain.height,
            proposer: LabKeys.validator(0), transactionHash: .zero, payloadDigest: .zero)
        watched.chain.edit {
            $0.jobs.update(1) { $0.commitments.append(Commitment(inclusion: inclusion, roots: [])) }
        }
        #expect(throws: LabViolation.paidForNothing(job: 1, silent.owner, .rewardFullProofProverT1)) {
            try watched.act(0, .proveAlone(.t1))
        }
    }
}
