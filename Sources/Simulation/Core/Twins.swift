import ByteCodec
import ChainTypes
import Consensus

/// One scripted height: who is doubled, who leads each round and who hears whom in it (Bano et al., "Twins: BFT
/// Systems Made Robust", OPODIS 2021). Both halves of a twin run the honest code with the same key.
struct TwinsScenario: Sendable {
    /// Validators by number, the doubled ones twice: instance number → validator.
    var members: [Int]
    /// Height whose proposers are the scripted leaders.
    var height: UInt64
    /// Per scripted round: the group of each instance. Rounds after the script have one group, and so has everything
    /// after `healing`: in a round without a quorum on any side nobody would ever leave it.
    var groups: [[Int]]

    var twins: Set<Int> { Set(members.filter { member in members.count { $0 == member } > 1 }) }
}

/// A scenario as it runs: a clock, a network without loss inside groups, and no disk, since nobody crashes.
struct TwinsRun {
    private enum Event: Sendable {
        case deliver(ConsensusMessage, from: Int, to: Int)
        case input(ConsensusInput, to: Int)
    }

    /// Time at which all partitions end, in milliseconds.
    private static let healing: UInt64 = 20_000

    let scenario: TwinsScenario
    let committee: Committee
    private var cores: [ConsensusCore]
    private var signStates: [SignState?]
    private var events = EventQueue<Event>()
    private var now: UInt64 = 0
    private var origins: [Bytes32: UInt32] = [:]
    private(set) var record = WireRecord()
    private(set) var decisions: [Int: Bytes32] = [:]
    private(set) var evidence: Set<Address> = []
    private var certificates: [Int: Certificate] = [:]

    init(_ scenario: TwinsScenario, committee: Committee) {
        self.scenario = scenario
        self.committee = committee
        cores = scenario.members.map { committee.core($0, height: scenario.height) }
        signStates = scenario.members.map { _ in nil }
        for index in cores.indices { events.schedule(.input(.start, to: index), at: 0) }
    }

    private var honest: [Int] {
        let twins = scenario.twins
        return scenario.members.indices.filter { !twins.contains(scenario.members[$0]) }
    }

    /// Blocks that honest validators decided.
    var honestDecisions: Set<Bytes32> { Set(honest.compactMap { decisions[$0] }) }
    var isDecidedByAll: Bool { honest.allSatisfy { decisions[$0] != nil } }

    /// Runs until all honest validators have decided, or for ten minutes of its clock.
    mutating func run() {
        while !isDecidedByAll, let next = events.pop(by: 600_000) {
            now = next.time
            switch next.event {
            case .deliver(let message, let from, let to): receive(message, from: from, to)
            case .input(let input, let to): feed(input, to)
            }
        }
    }

    private mutating func receive(_ message: ConsensusMessage, from: Int, _ index: Int) {
        if let certificate = certificates[index] {
            // Who has gone on to the next height helps one that has not, where the two can hear each other.
            if case .certificate = message { return }
            return send(.certificate(certificate), index, to: from, round: cores[from].round)
        }
        guard let input = committee.input(message) else { return }
        // A twin that learns of its other half would stop, and the scenario would be one with a silent validator.
        if scenario.twins.contains(scenario.members[index]) {
            var trial = cores[index]
            _ = trial.step(input)
            if trial.isHalted { return }
        }
        feed(input, index)
    }

    private mutating func feed(_ input: ConsensusInput, _ index: Int) {
        for effect in cores[index].step(input) { carryOut(effect, index) }
    }

    private mutating func carryOut(_ effect: ConsensusEffect, _ index: Int) {
        switch effect {
        case .buildProposal(let height, let round):
            let hash = Committee.block("\(height) \(round) twin \(index)")
            origins[hash] = round
            events.schedule(.input(.proposedValue(round: round, blockHash: hash), to: index), at: now + 1)
        case .sign(let request): sign(request, index)
        case .broadcast(let message): broadcast(message, index)
        case .requestBlock(let hash):
            guard let origin = origins[hash] else { return }
            let arrival = ConsensusInput.blockAvailable(blockHash: hash, originRound: origin, timely: true)
            events.schedule(.input(arrival, to: index), at: now + 1)
        case .validateBlock(let hash): events.schedule(.input(.blockValid(blockHash: hash), to: index), at: now + 1)
        case .scheduleTimeout(let kind, let height, let round, let milliseconds):
            events.schedule(.input(.timeout(kind, height: height, round: round), to: index), at: now + milliseconds)
        case .decide(let hash, _, let certificate):
            decisions[index] = hash
            certificates[index] = certificate
            broadcast(.certificate(certificate), index)
        case .evidence(let pair): evidence.insert(pair.validator)
        case .enteredRound, .dismissed, .halt: break
        }
    }

    private mutating func sign(_ request: SigningRequest, _ index: Int) {
        let signed: SignedMessage
        switch signStates[index]?.maySign(request) ?? .allowed {
        case .refused: return
        case .resend(let known): signed = known
        case .allowed:
            signed = committee.sign(request, scenario.members[index])
            signStates[index] = .recording(signed, for: request, after: signStates[index])
        }
        record.judge(signed, committee.address(scenario.members[index]), committee.set)
        broadcast(signed.message, index)
        if let input = committee.input(signed.message) { feed(input, index) }
    }

    private mutating func broadcast(_ message: ConsensusMessage, _ index: Int) {
        for to in cores.indices where to != index { send(message, index, to: to, round: cores[index].round) }
    }

    private mutating func send(_ message: ConsensusMessage, _ index: Int, to: Int, round: UInt32) {
        if Int(round) < scenario.groups.count, now < Self.healing {
            let groups = scenario.groups[Int(round)]
            guard groups[to] == groups[index] else { return }
        }
        events.schedule(.deliver(message, from: index, to: to), at: now + 10)
    }
}
