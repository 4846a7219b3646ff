import ByteCodec
import ChainTypes
import Cryptography
import Execution
import ProofField
import ProvingRules
import SampleChain
import SystemState
import Testing

@Suite("Calls of the system contracts")
struct ContractCallTests {
    private static let someone = SampleGenesis.owner(1)
    private static let other = SampleGenesis.owner(2)

    @Test(
        "each function decodes to its call",
        arguments: [
            (
                "register(address,address)", [someone, other],
                ContractCall.register(operatorKey: someone, recipient: other)
            ),
            ("deposit(address)", [someone], .deposit(owner: someone)),
            ("setOperator(address)", [someone], .setOperator(someone)),
            ("setRecipient(address)", [someone], .setRecipient(someone)),
            ("pause()", [], .pause), ("resume()", [], .resume), ("leave()", [], .leave), ("withdraw()", [], .withdraw),
            ("unjail()", [], .unjail), ("claim()", [], .claim), ("claimFor(address)", [someone], .claimFor(someone)),
        ])
    func decodes(signature: String, arguments: [Address], call: ContractCall) throws {
        var writer = ABIWriter()
        for argument in arguments { writer.append(argument) }
        let data = ABI.selector(signature) + writer.encoded
        let isClaim = signature.hasPrefix("claim")
        #expect(try ContractCall.decode(data, to: isClaim ? .claims : .proverRegistry) == call)
        #expect(throws: ContractCallRejection.unknownFunction) {
            try ContractCall.decode(data, to: isClaim ? .proverRegistry : .claims)
        }
        #expect(throws: ContractCallRejection.unknownFunction) { try ContractCall.decode(data, to: .provingJobs) }
        #expect(throws: ContractCallRejection.malformedArguments(.trailingBytes)) {
            try ContractCall.decode(data + [0], to: isClaim ? .claims : .proverRegistry)
        }
        if !arguments.isEmpty {
            #expect(throws: ContractCallRejection.malformedArguments(.truncated)) {
                try ContractCall.decode(data.dropLast(), to: isClaim ? .claims : .proverRegistry)
            }
        }
        #expect(call.isPayable == ["register(address,address)", "deposit(address)"].contains(signature))
    }

    @Test("selectors are those of the ABI")
    func selectors() {
        // claim() is in many contracts: 0x4e71d92d.
        #expect(ABI.selector("claim()") == [0x4e, 0x71, 0xd9, 0x2d])
    }

    @Test("fewer than four bytes are no call; an address must fit 160 bits", arguments: 0..<4)
    func short(count: Int) {
        #expect(throws: ContractCallRejection.noSelector) {
            try ContractCall.decode([UInt8](repeating: 1, count: count), to: .claims)
        }
        var data = callData("claimFor(address)", Self.someone)
        data[4 + count] = 1
        #expect(throws: ContractCallRejection.malformedArguments(.invalidAddress)) {
            try ContractCall.decode(data, to: .claims)
        }
    }
}

@Suite("Views of the system contracts")
struct ContractViewTests {
    private func ask(
        _ signature: String, _ contract: SystemContract, _ state: SystemState,
        _ write: (inout ABIWriter) -> Void = { _ in }
    ) throws -> ABIReader {
        var writer = ABIWriter()
        write(&writer)
        return ABIReader(
            try ContractViews.answer(ABI.selector(signature) + writer.encoded, contract: contract, state: state).get())
    }

    @Test("a prover's record, field by field; zeros for nobody")
    func prover() throws {
        var scenario = try ExecutionScenario()
        let owner = SampleGenesis.owner(0)
        try scenario.block([
            SampleGenesis.user(0).transaction(
                nonce: 0, to: SystemContract.proverRegistry.address, value: 17,
                data: callData("deposit(address)", owner))
        ])
        var reader = try ask("prover(address)", .proverRegistry, scenario.state) { $0.append(owner) }
        #expect(try reader.readAddress() == SampleGenesis.operatorKey(0).address)
        #expect(try reader.readAddress() == SampleGenesis.recipient(0))
        #expect(try reader.readUInt128() == SampleGenesis.stake)
        #expect(try reader.readUInt128() == 17)
        #expect(try reader.readUInt128() == 0)
        #expect(try reader.readUInt64() == 1)
        #expect(
            try [reader.readBool(), reader.readBool(), reader.readBool(), reader.readBool()]
                == [true, false, false, false])
        try reader.expectEnd()
        var nobody = try ask("prover(address)", .proverRegistry, scenario.state) { $0.append(Address.zero) }
        #expect(try nobody.readAddress() == .zero)
        #expect(try nobody.readAddress() == .zero)
        #expect(try nobody.readUInt128() == 0)
    }

    @Test("the registry's list, claims and chain facts")
    func lists() throws {
        var scenario = try ExecutionScenario()
        scenario.state.mint(41, to: SampleGenesis.owner(0))
        let state = scenario.state
        let owners = (0..<4).map { SampleGenesis.owner($0) }.sorted()
        var count = try ask("proverCount()", .proverRegistry, state)
        #expect(try count.readUInt64() == 4)
        for (index, owner) in owners.enumerated() {
            var reader = try ask("proverAt(uint256)", .proverRegistry, state) { $0.append(UInt64(index)) }
            #expect(try reader.readAddress() == owner)
        }
        var beyond = try ask("proverAt(uint256)", .proverRegistry, state) { $0.append(UInt64(4)) }
        #expect(try beyond.readAddress() == .zero)
        var owner = try ask("ownerOf(address)", .proverRegistry, state) {
            $0.append(SampleGenesis.operatorKey(2).address)
        }
        #expect(try owner.readAddress() == SampleGenesis.owner(2))
        var minimum = try ask("minimumStake()", .proverRegistry, state)
        #expect(try minimum.readUInt128() == ProvingParameters.small.minimumStake)
        var claim = try ask("claimable(address)", .claims, state) { $0.append(SampleGenesis.owner(0)) }
        #expect(try claim.readUInt128() == 41)
    }

    @Test("jobs by number and id")
    func jobs() throws {
        var scenario = try ExecutionScenario()
        try scenario.block([SampleGenesis.user(0).transaction(nonce: 0, to: SampleGenesis.user(1).address, value: 1)])
        try scenario.block([VerifiedTransaction]())
        let job = try #require(scenario.state.jobs[1])
        var number = try ask("jobCount()", .provingJobs, scenario.state)
        #expect(try number.readUInt64() == 1)
        var id = try ask("jobId(uint64)", .provingJobs, scenario.state) { $0.append(UInt64(1)) }
        #expect(try id.readBytes32() == job.id)
        var state = try ask("jobState(bytes32)", .provingJobs, scenario.state) { $0.append(job.id) }
        #expect(
            try [state.readUInt64(), state.readUInt64(), state.readUInt64(), state.readUInt64(), state.readUInt64()]
                == [1, UInt64(JobPhase.t1.rawValue), 1, 1, 2])
        #expect(try state.readBool() == false)
        var unknown = try ask("jobState(bytes32)", .provingJobs, scenario.state) { $0.append(Bytes32.zero) }
        #expect(try unknown.readUInt64() == 0)
        var proven = try ask("provenHeight()", .provingJobs, scenario.state)
        #expect(try proven.readUInt64() == 0)
    }

    @Test("what is no view is named")
    func rejections() throws {
        let state = try ExecutionScenario().state
        func answer(_ data: [UInt8]) -> Result<[UInt8], ContractCallRejection> {
            ContractViews.answer(data, contract: .proverRegistry, state: state)
        }
        #expect(answer([1, 2, 3]) == .failure(.noSelector))
        #expect(answer(callData("pause()")) == .failure(.unknownFunction))
        #expect(answer(callData("prover(address)")) == .failure(.malformedArguments(.truncated)))
        #expect(answer(callData("proverCount()") + [0]) == .failure(.malformedArguments(.trailingBytes)))
        var large = callData("proverAt(uint256)", .zero)
        large[4] = 1
        #expect(answer(large) == .failure(.malformedArguments(.abiValueTooLarge)))
    }
}

/// Every event of the proving rules as an Ethereum log: topic 0 is the signature's hash, then what is indexed.
@Suite("Event logs")
struct EventLogTests {
    private static let owner = SampleGenesis.owner(0)
    private static let key = SampleGenesis.operatorKey(0).address

    /// The event, its signature, and the words of its data.
    private static let events: [(event: ProvingEvent, signature: String, topics: Int, words: Int)] = [
        (
            .jobSelected(job: 1, id: .zero, firstHeight: 3, lastHeight: 4, attempt: 0, provers: [owner, key]),
            "JobSelected(bytes32,uint64,uint64,uint32,address[])", 3, 6
        ),
        (.committed(job: 1, prover: owner, phase: .t1), "Committed(bytes32,address,uint8)", 3, 1),
        (.instancesReassigned(job: 1, count: 2), "InstancesReassigned(bytes32,uint32)", 2, 1),
        (.t1Closed(job: 1, commitments: 2, commitGap: true), "T1Closed(bytes32,uint32,bool)", 2, 2),
        (.challengeSet(job: 1, challenge: .zero), "ChallengeSet(bytes32,bytes32)", 2, 1),
        (.submitted(job: 1, prover: owner, instances: 2), "Submitted(bytes32,address,uint32)", 3, 1),
        (.partialsComplete(job: 1), "PartialsComplete(bytes32)", 2, 0),
        (
            .fullProofAccepted(job: 1, prover: owner, phase: .t3, reused: 2),
            "FullProofAccepted(bytes32,address,uint8,uint32)", 3, 2
        ),
        (.proofRejected(job: 1, prover: owner, phase: .t2), "ProofRejected(bytes32,address,uint8)", 3, 1),
        (.phaseOpened(job: 1, phase: .t2, endsAt: 9), "PhaseOpened(bytes32,uint8,uint64)", 2, 2),
        (.jobProven(job: 1, firstHeight: 3, lastHeight: 4), "JobProven(bytes32,uint64,uint64)", 3, 1),
        (.jobRetried(job: 1, next: 2, attempt: 1), "JobRetried(bytes32,bytes32,uint32)", 2, 2),
        (.jobClosed(job: 1, outcome: .proven), "JobClosed(bytes32,uint8)", 2, 1),
        (
            .paid(job: 1, account: .prover(owner), reason: .rewardT2Prover, amount: 5),
            "RewardPaid(bytes32,address,uint256,string)", 3, 4
        ),
        (
            .penalised(job: 1, prover: owner, reason: .penaltyT2Prover, amount: 5),
            "Penalised(bytes32,address,uint256,string)", 3, 4
        ),
        (.provenHeightAdvanced(height: 7), "ProvenHeightAdvanced(uint64)", 1, 1),
        (
            .proverRegistered(owner: owner, operatorKey: key, recipient: owner, stake: 5),
            "ProverRegistered(address,address,address,uint256)", 3, 2
        ),
        (.deposited(owner: owner, amount: 5, activeFrom: 6), "StakeDeposited(address,uint256,uint64)", 2, 2),
        (.paused(owner: owner), "ProverPaused(address)", 2, 0),
        (.resumed(owner: owner, activeFrom: 6), "ProverResumed(address,uint64)", 2, 1),
        (.leaving(owner: owner), "ProverLeaving(address)", 2, 0),
        (.unbondingStarted(owner: owner, amount: 5, releaseAt: 6), "UnbondingStarted(address,uint256,uint64)", 2, 2),
        (.withdrawn(owner: owner, amount: 5), "StakeWithdrawn(address,uint256)", 2, 1),
        (
            .operatorChanged(owner: owner, operatorKey: key, activeFrom: 6), "OperatorChanged(address,address,uint64)",
            2, 2
        ),
        (
            .recipientChanged(owner: owner, recipient: key, activeFrom: 6), "RecipientChanged(address,address,uint64)",
            2, 2
        ),
        (.jailed(owner: owner, until: 6), "ProverJailed(address,uint64)", 2, 1),
        (.unjailed(owner: owner, activeFrom: 6), "ProverUnjailed(address,uint64)", 2, 1),
    ]

    @Test("topics and data have the shape of the signature", arguments: events.indices)
    func shape(index: Int) throws {
        let (event, signature, topics, words) = Self.events[index]
        let state = try ExecutionScenario().state
        let log = EventLogs.log(event, state: state)
        #expect(log.topics.first == ABI.eventTopic(signature))
        #expect(log.topics.count == topics)
        #expect(log.data.count == 32 * words)
        let isJob = index <= 15
        #expect(log.address == (isJob ? SystemContract.provingJobs : .proverRegistry).address)
    }

    @Test("amounts and reasons can be read back")
    func payment() throws {
        let state = try ExecutionScenario().state
        let log = EventLogs.log(
            .paid(job: 1, account: .validator(Self.key), reason: .rewardT1Validator, amount: 99), state: state)
        var reader = ABIReader(log.data)
        #expect(try reader.readUInt128() == 99)
        #expect(try reader.readString(maxCount: 64) == "rewardT1Validator")
        #expect(log.topics[2].bytes.suffix(20) == Self.key.bytes[...])
        let claimed = EventLogs.claimed(Self.owner, amount: 3)
        #expect(claimed.topics.first == ABI.eventTopic("Claimed(address,uint256)"))
        #expect(claimed.address == SystemContract.claims.address)
        #expect(claimed.data == Bytes32(3).bytes)
    }
}
