import ByteCodec
import ChainTypes
import Cryptography
import ProofField
import SystemState

/// Values to fill a state with, all determined by their number.
enum Sample {
    static func address(_ number: UInt64) -> Address { Address(lowBytesOf: hash(number)) }
    static func hash(_ number: UInt64) -> Bytes32 { Keccak256.hash(utf8: "sample \(number)") }
    static func digest(_ number: UInt64) -> Digest {
        var stream = SeedStream(seed: hash(number))
        return Digest(elements: (0..<8).map { _ in Felt(UInt32(stream.next(below: 1 << 30))) }) ?? .zero
    }
    static func ext(_ number: UInt64) -> Ext {
        let digest = digest(number)
        return Ext(digest[0], digest[1], digest[2], digest[3])
    }

    static func validator(_ number: UInt8, power: UInt64 = 1) throws -> Validator {
        let key = try SecretKey([UInt8](repeating: 0, count: 31) + [number]).publicKey
        let vrf = try VRFSecretKey(validatorSeed: [UInt8](repeating: number, count: 32)).publicKey
        return Validator(address: key.address, signingKey: key, vrfKey: vrf, power: power)
    }

    static func genesis(provers: Int = 3, balance: UInt128 = 1_000_000) throws -> Genesis {
        Genesis(
            chainId: 7, timestamp: 0, isDevnet: true,
            accounts: [Account(address: address(1_000), balance: balance)],
            validators: [try validator(1), try validator(2)],
            provers: (0..<UInt64(provers)).map {
                GenesisProver(
                    owner: address($0), operatorKey: address(100 + $0), recipient: address(200 + $0), stake: 5_000)
            },
            chain: ChainParameters.small.with {
                $0.initialBaseFee = 1
                $0.minBaseFee = 1
                $0.maxOperationsPerBlock = 512
            },
            proving: ProvingParameters.small.with {
                $0.proofProfile = "test"
                $0.maxInstanceLogHeight = 11
                $0.maxInstances = 64
                $0.maxOperationsPerJob = 512
                $0.subBlockOperations = 512
                $0.maxConcurrentJobs = 4
                $0.windows = PhaseWindows(t1: 3, t1Extension: 2, t2: 3, t3: 3, t4: 2, t5: 2, aggProof: 3)
                $0.minWindowBlocks = 1
                $0.maxAttempts = 2
                $0.rewardUnit = 1
                $0.openRewardStep = 5
                $0.openRewardCap = 100
                $0.penaltyInvalidProof = 100
                $0.minimumStake = 1_000
                $0.unbondingBlocks = 10
                $0.missesToJail = 3
                $0.jailWindow = 100
                $0.unjailDelay = 5
                $0.jobRetention = 50
                $0.verifyBudgetPerBlock = 1_000
            })
    }

    static func inclusion(_ number: UInt64, _ phase: ProvingPhase) -> Inclusion {
        Inclusion(
            owner: address(number), operatorKey: address(100 + number), phase: phase, height: 10 + number,
            proposer: address(300), transactionHash: hash(number), payloadDigest: hash(number + 1))
    }

    /// A job with something in every field.
    static func job(_ number: UInt64) -> Job {
        let plan = (0..<3).map { PlannedInstance(circuit: $0, logHeight: 5, weight: 7) }
        let statement = JobStatement(
            chainId: 7, programHash: digest(1), firstHeight: number, lastHeight: number + 1, lastBlockHash: hash(2),
            subBlock: 0, subBlockCount: 1, operationCount: 9, operationsDigest: hash(3), operationsRoot: digest(4),
            before: digest(5), after: digest(6), attempt: 1)
        var job = Job(
            number: number, id: statement.id, statement: statement, plan: plan,
            planRoot: PlannedInstance.planRoot(plan), phase: .t5)
        job.outcome = .retried
        job.selectedAt = 9
        job.seed = hash(8)
        job.windows = [PhaseWindow(phase: .t1, openedAt: 9, endsAt: 12)]
        var selected = SelectedProver(owner: address(1), operatorKey: address(101), instances: [0, 2])
        selected.extensionInstances = [1]
        job.selected = [selected]
        job.commitments = [
            Commitment(inclusion: inclusion(1, .t1), roots: [InstanceRoot(instance: 0, root: digest(9))])
        ]
        job.canonicalRoots = [digest(9), nil, digest(10)]
        job.reassignmentCount = 1
        job.commitGap = true
        job.challenge = digest(11)
        job.submissions = [
            Submission(inclusion: inclusion(1, .t2), entries: [InstanceSum(instance: 0, busSum: ext(12))])
        ]
        job.partialsComplete = true
        job.fullProofs = [
            FullProof(inclusion: inclusion(2, .t3), kind: .standAlone, reused: [address(1)], inlined: [1, 2])
        ]
        job.invalid = [inclusion(3, .t4)]
        job.unpaid = [inclusion(4, .t1)]
        job.reach(.openToAll, at: 20)
        job.provenAt = 21
        job.closedAt = 22
        job.payments = [
            Payment(account: .prover(address(1)), amount: 5, isPenalty: true, reason: .penaltyProverT5),
            Payment(account: .validator(address(2)), amount: 6, isPenalty: false, reason: .rewardValidatorT3),
        ]
        job.preferred = [address(5)]
        job.excluded = [address(6), address(7)]
        return job
    }

    static func prover(_ number: UInt64) -> Prover {
        var prover = Prover(
            owner: address(number), operatorKey: address(100 + number), recipient: address(200 + number), stake: 50,
            registeredAt: 1, activeFrom: 2)
        prover.pendingStake = [TimedAmount(amount: 3, height: 4)]
        prover.paused = true
        prover.resumesAt = 5
        prover.leavingAt = 6
        prover.unbonding = [TimedAmount(amount: 7, height: 8), TimedAmount(amount: 9, height: 10)]
        prover.jailedAt = 11
        prover.jailedUntil = 12
        prover.unjailsAt = 13
        prover.misses = [1, 2]
        prover.score = 99
        prover.lastScoreHeight = 14
        prover.assignedJob = 15
        prover.pendingOperator = PendingKey(key: address(16), height: 17)
        prover.pendingRecipient = PendingKey(key: address(18), height: 19)
        return prover
    }

    /// A state with rows in every table.
    static func state() throws -> SystemState {
        var state = try SystemState(genesis: try genesis(), mix: hash(50))
        state.height = 30
        state.provenHeight = 12
        state.nextJobNumber = 4
        state.mint(70, to: address(40))
        state.recordBurn(11)
        state.provers[address(60)] = prover(60)
        state.operators[address(160)] = address(60)
        for number in [UInt64(3), 1, 2] {
            let job = job(number)
            state.jobs[number] = job
            state.jobNumbers[job.id] = number
            state.unproven[number] = UnprovenBlock(
                blockHash: number == 1 ? nil : hash(number), before: digest(number), after: digest(number + 1),
                operationCount: 4, job: number == 3 ? nil : number)
        }
        return state
    }
}

extension SystemState {
    var currentRoot: Bytes32 {
        var copy = self
        return copy.root()
    }
}
