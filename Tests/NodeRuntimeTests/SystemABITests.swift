import ByteCodec
import ChainTypes
import Cryptography
import Execution
import JSONRPC
import NodeRuntime
import ProofField
import ProvingRules
import SystemState
import Testing

struct SystemABITests {
    @Test(arguments: SystemContract.allCases) func theFilesHoldTheABI(_ contract: SystemContract) throws {
        let bytes = try Repository.bytes("Genesis/abi/\(SystemABI.name(of: contract)).json")
        #expect(try JSONParser.parse(bytes) == SystemABI.json(of: contract))
    }

    /// Arguments that are all one, byte strings of one byte.
    private static func call(_ entry: SystemABI.Entry) -> [UInt8] {
        var writer = ABIWriter()
        for input in entry.inputs {
            if input.type == "bytes" { writer.append([1] as [UInt8]) } else { writer.append(1 as UInt64) }
        }
        return ABI.selector(entry.signature) + writer.encoded
    }

    private static func isStatic(_ parameter: SystemABI.Parameter) -> Bool {
        !["bytes", "string"].contains(parameter.type) && !parameter.type.hasSuffix("[]")
    }

    @Test(arguments: SystemContract.allCases) func everyFunctionIsOneThatTheNodeKnows(_ contract: SystemContract) throws
    {
        let state = try SystemState(genesis: try TestChain(provers: 2).genesis)
        for entry in SystemABI.entries(of: contract) where !entry.isEvent {
            let data = Self.call(entry)
            if entry.isView {
                let answer = try ContractViews.answer(data, contract: contract, state: state).get()
                guard case .function(let outputs, _) = entry.kind else { continue }
                // What dynamic outputs hold is as long as it is; behind its place stands its length.
                let words = outputs.reduce(0) { $0 + (Self.isStatic($1) ? 1 : 2) }
                let isStatic = outputs.allSatisfy(Self.isStatic)
                #expect(isStatic ? answer.count == 32 * words : answer.count >= 32 * words, "\(entry.signature)")
            } else {
                let decoded = try ContractCall.decode(data, to: contract)
                guard case .function(_, let mutability) = entry.kind else { continue }
                #expect(decoded.isPayable == (mutability == "payable"), "\(entry.signature)")
            }
        }
    }

    private static let address = Address(lowBytes: 7)

    /// One event of each case.
    private static let events: [ProvingEvent] = [
        .jobSelected(job: 1, id: .zero, firstHeight: 1, lastHeight: 2, attempt: 0, provers: [address]),
        .blockSplit(height: 1, subBlocks: 3), .subBlockSelected(job: 1, height: 1, subBlock: 2, count: 3),
        .blockAggregated(job: 1, height: 1, prover: address),
        .committed(job: 1, prover: address, phase: .t1), .instancesReassigned(job: 1, count: 1),
        .t1Closed(job: 1, commitments: 1, commitGap: false), .challengeSet(job: 1, challenge: .zero),
        .submitted(job: 1, prover: address, instances: 1), .partialsComplete(job: 1),
        .fullProofAccepted(job: 1, prover: address, phase: .t3, reused: 1),
        .proofRejected(job: 1, prover: address, phase: .t2), .phaseOpened(job: 1, phase: .t2, endsAt: 9),
        .jobProven(job: 1, firstHeight: 1, lastHeight: 2), .jobRetried(job: 1, next: 2, attempt: 1),
        .jobClosed(job: 1, outcome: .proven), .provenHeightAdvanced(height: 2),
        .paid(job: 1, account: .prover(address), reason: .rewardT2Prover, amount: 1),
        .penalised(job: 1, prover: address, reason: .penaltyT1Prover, amount: 1),
        .proverRegistered(owner: address, operatorKey: address, recipient: address, stake: 1),
        .deposited(owner: address, amount: 1, activeFrom: 2), .paused(owner: address),
        .resumed(owner: address, activeFrom: 2), .leaving(owner: address),
        .unbondingStarted(owner: address, amount: 1, releaseAt: 2), .withdrawn(owner: address, amount: 1),
        .operatorChanged(owner: address, operatorKey: address, activeFrom: 2),
        .recipientChanged(owner: address, recipient: address, activeFrom: 2), .jailed(owner: address, until: 2),
        .unjailed(owner: address, activeFrom: 2),
    ]

    private static let validatorEvents: [ValidatorEvent] = [
        .registered(validator: address, owner: address, recipient: address, stake: 1, activeFrom: 2),
        .deposited(validator: address, amount: 1), .leaving(validator: address, amount: 1, releaseAt: 2),
        .withdrawn(validator: address, owner: address, amount: 1),
        .recipientChanged(validator: address, recipient: address), .ownerChanged(validator: address, owner: address),
        .jailed(validator: address, until: 2), .unjailed(validator: address, activeFrom: 2),
        .missedProposal(validator: address, round: 1, amount: 2),
        .slashed(Fault(height: 1, round: 2, kind: .prevote, validator: address), amount: 3),
        .setChanged(height: 1, hash: .zero, validators: 2, totalPower: 3),
    ]

    @Test func everyEventHasItsEntryAndEveryEntryItsEvent() throws {
        let state = try SystemState(genesis: try TestChain().genesis)
        let logs =
            Self.events.map { EventLogs.log($0, state: state) } + [EventLogs.claimed(Self.address, amount: 1)]
            + Self.validatorEvents.map(ValidatorLogs.log)
        var described: Set<String> = []
        for log in logs {
            let contract = try #require(SystemContract(address: log.address))
            let entry = try #require(
                SystemABI.entries(of: contract).first {
                    $0.isEvent && ABI.eventTopic($0.signature) == log.topics.first
                },
                "no entry for a log of \(SystemABI.name(of: contract))")
            let indexed = entry.inputs.count { $0.isIndexed }
            #expect(log.topics.count == 1 + indexed, "\(entry.signature)")
            let isStatic = entry.inputs.allSatisfy(Self.isStatic)
            if isStatic { #expect(log.data.count == 32 * (entry.inputs.count - indexed), "\(entry.signature)") }
            described.insert(entry.signature)
        }
        let all = SystemContract.allCases.flatMap(SystemABI.entries).filter(\.isEvent).map(\.signature)
        #expect(described == Set(all))
    }
}
