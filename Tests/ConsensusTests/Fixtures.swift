import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Simulation

func block(_ name: String) -> Bytes32 { Committee.block(name) }

extension ConsensusCore {
    /// Verifies and feeds one message.
    mutating func receive(_ vote: Vote) throws -> [ConsensusEffect] { step(.vote(try verified(vote))) }
    mutating func receive(_ proposal: Proposal) throws -> [ConsensusEffect] {
        step(.proposal(try verified(proposal)))
    }
    mutating func receive(_ polka: PolkaCertificate) throws -> [ConsensusEffect] { step(.polka(try verified(polka))) }
    mutating func receive(_ certificate: Certificate) throws -> [ConsensusEffect] {
        step(.certificate(try verified(certificate)))
    }

    /// Answers all questions about a block: it is here and valid.
    mutating func supply(_ hash: Bytes32, originRound: UInt32) -> [ConsensusEffect] {
        step(.blockAvailable(blockHash: hash, originRound: originRound, timely: true))
            + step(.blockValid(blockHash: hash))
    }

    mutating func expire(_ kind: TimeoutKind, _ round: UInt32) -> [ConsensusEffect] {
        step(.timeout(kind, height: height, round: round))
    }
}

extension [ConsensusEffect] {
    /// What these effects ask to sign.
    var signing: [UnsignedMessage] {
        compactMap { if case .sign(let request) = $0 { request.content } else { nil } }
    }
    var requests: [SigningRequest] {
        compactMap { if case .sign(let request) = $0 { request } else { nil } }
    }
    var timers: [TimeoutKind] {
        compactMap { if case .scheduleTimeout(let kind, _, _, _) = $0 { kind } else { nil } }
    }
    var rounds: [UInt32] {
        compactMap { if case .enteredRound(let round) = $0 { round } else { nil } }
    }
    var decision: Bytes32? {
        compactMap { if case .decide(let hash, _, _) = $0 { hash } else { nil } }.first
    }
    var evidence: [Equivocation] {
        compactMap { if case .evidence(let pair) = $0 { pair } else { nil } }
    }
    var dismissals: [Dismissal] {
        compactMap { if case .dismissed(let reason) = $0 { reason } else { nil } }
    }
    var fault: ConsensusFault? {
        compactMap { if case .halt(let fault) = $0 { fault } else { nil } }.first
    }
}
