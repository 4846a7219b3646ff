import ByteCodec
import ChainTypes
import Consensus
import Simulation
import Testing

/// Each named reason for which a message, a vote or the whole node is stopped.
struct RefusalTests {
    let committee: Committee
    let a = block("a")
    let b = block("b")

    init() throws { committee = try Committee(powers: [1, 1, 1, 1]) }

    private func started(_ own: Int = 3) -> ConsensusCore {
        var core = committee.core(own)
        _ = core.step(.start)
        return core
    }

    @Test("invalidSignature: another chain's, another member's, another content's")
    func invalidSignature() {
        let core = started()
        let foreign = Vote.signed(
            type: .prevote, height: 1, round: 0, blockHash: a, chainId: Committee.chainId + 1, key: committee.keys[0])
        var moved = committee.vote(0, .prevote, 0, a)
        moved.round = 1
        var claimed = committee.vote(0, .prevote, 0, a)
        claimed.validator = committee.address(1)
        for vote in [foreign, moved, claimed] {
            #expect(throws: MessageRejection.invalidSignature) { try core.verified(vote) }
        }
        var proposal = committee.proposal(1, 0, a)
        proposal.validRound = 0
        #expect(throws: MessageRejection.invalidSignature) { try core.verified(proposal) }
    }

    @Test("notTheProposer")
    func notTheProposer() {
        #expect(throws: MessageRejection.notTheProposer(committee.address(0))) {
            try started().verified(committee.proposal(0, 0, a))
        }
    }

    @Test("duplicate: the same bytes are refused before their signature is checked")
    func duplicate() throws {
        var core = started()
        _ = try core.receive(committee.vote(0, .prevote, 0, a))
        #expect(throws: MessageRejection.duplicate) { try core.verified(committee.vote(0, .prevote, 0, a)) }
        _ = try core.receive(committee.proposal(1, 0, a))
        #expect(throws: MessageRejection.duplicate) { try core.verified(committee.proposal(1, 0, a)) }
    }

    @Test("a polka with one bad signature, too little power or precommits is no polka")
    func badPolka() {
        let core = started()
        var bad = committee.polka([0, 1, 2, 3], 0, a)
        bad.signatures[3] = committee.vote(3, .prevote, 0, b).signature
        #expect(throws: MessageRejection.self) { try core.verified(bad) }
        #expect(throws: MessageRejection.certificate(.insufficientPower(have: 2, total: 4))) {
            try core.verified(committee.polka([0, 1], 0, a))
        }
        let precommits = PolkaCertificate(
            height: 1, round: 0, blockHash: a, signatures: committee.slots(.precommit, [0, 1, 2, 3], 0, a))
        #expect(throws: MessageRejection.self) { try core.verified(precommits) }
        let short = PolkaCertificate(height: 1, round: 0, blockHash: a, signatures: Array(bad.signatures.prefix(3)))
        #expect(throws: MessageRejection.certificate(.wrongSlotCount(have: 3, want: 4))) { try core.verified(short) }
    }

    @Test("a polka certificate decodes to what was encoded")
    func polkaCodec() throws {
        let polka = committee.polka([0, 2, 3], 5, a)
        #expect(try PolkaCertificate(decoding: polka.encoded) == polka)
    }

    @Test("otherHeight: what another height's engine verified is not used")
    func otherHeight() throws {
        let vote = try committee.core(0, height: 2).verified(committee.vote(1, .prevote, 0, a, height: 2))
        var core = started()
        #expect(core.step(.vote(vote)).dismissals == [.otherHeight])
    }

    @Test("validRoundNotEarlier", arguments: [UInt32(2), 3, .max])
    func validRoundNotEarlier(validRound: UInt32) throws {
        var core = started()
        let effects = try core.receive(committee.proposal(0, 2, a, validRound: validRound))
        #expect(effects.dismissals == [.validRoundNotEarlier])
    }

    @Test("tooFarAhead: of each sender the two newest rounds are kept")
    func tooFarAhead() throws {
        var core = started()
        for round in [UInt32(5), 7, 9] { #expect(try core.receive(committee.vote(0, .prevote, round, a)).isEmpty) }
        #expect(try core.receive(committee.vote(0, .prevote, 6, a)).dismissals == [.tooFarAhead])
        _ = try core.receive(committee.vote(1, .prevote, 5, a))
        #expect(core.round == 0)
        _ = try core.receive(committee.vote(1, .prevote, 7, a))
        #expect(core.round == 7)
    }

    @Test("a first proposal is refused when invalid, late or of another origin round", arguments: [0, 1, 2])
    func improperProposal(_ fault: Int) throws {
        var core = started()
        _ = try core.receive(committee.proposal(1, 0, a))
        var effects = core.step(
            .blockAvailable(blockHash: a, originRound: fault == 0 ? 1 : 0, timely: fault != 1))
        effects += core.step(fault == 2 ? .blockInvalid(blockHash: a) : .blockValid(blockHash: a))
        #expect(effects.signing == [.vote(.prevote, round: 0, blockHash: nil)])
    }

    @Test(
        "a block proposed again is not judged by the clock, but by its origin round",
        arguments: [(0, true), (2, false)])
    func improperRepetition(originRound: UInt32, isAccepted: Bool) throws {
        var core = started()
        for i in [0, 1] { _ = try core.receive(committee.vote(i, .prevote, 2, nil)) }
        _ = try core.receive(committee.polka([0, 1, 2], 1, a))
        _ = try core.receive(committee.proposal(0, 2, a, validRound: 1))
        var effects = core.step(.blockAvailable(blockHash: a, originRound: originRound, timely: false))
        effects += core.step(.blockValid(blockHash: a))
        #expect(effects.signing == [.vote(.prevote, round: 2, blockHash: isAccepted ? a : nil)])
    }

    @Test("a second proposal is evidence, once")
    func proposalEvidence() throws {
        var core = started()
        let (first, second) = (committee.proposal(1, 0, a), committee.proposal(1, 0, b))
        _ = try core.receive(first)
        #expect(try core.receive(second).evidence == [.proposals(first, second)])
        #expect(try core.receive(second).dismissals == [.duplicate])
    }

    @Test("a second vote is evidence, once, and does not count")
    func voteEvidence() throws {
        var core = started()
        for i in [0, 1, 2] { _ = try core.receive(committee.vote(i, .precommit, 0, i == 2 ? b : a)) }
        let effects = try core.receive(committee.vote(2, .precommit, 0, a))
        #expect(effects.evidence == [.votes(committee.vote(2, .precommit, 0, b), committee.vote(2, .precommit, 0, a))])
        #expect(core.committed == nil)
        #expect(try core.receive(committee.vote(2, .precommit, 0, a)).dismissals == [.duplicate])
    }

    @Test("ownEquivocation halts")
    func ownEquivocation() throws {
        var core = started()
        _ = core.expire(.propose, 0)
        _ = try core.receive(committee.vote(3, .prevote, 0, nil))
        let pair = Equivocation.votes(committee.vote(3, .prevote, 0, nil), committee.vote(3, .prevote, 0, a))
        #expect(try core.receive(committee.vote(3, .prevote, 0, a)).fault == .ownEquivocation(pair))
        #expect(core.step(.timeout(.prevote, height: 1, round: 0)).isEmpty)
    }

    @Test("foreignSignature halts: a vote and a proposal that this node never signed, also inside a certificate")
    func foreignSignature() throws {
        var core = started()
        let vote = committee.vote(3, .prevote, 0, a)
        #expect(try core.receive(vote).fault == .foreignSignature(.vote(vote)))
        var proposer = started(1)
        let proposal = committee.proposal(1, 0, a)
        #expect(try proposer.receive(proposal).fault == .foreignSignature(.proposal(proposal)))
        var shown = started()
        #expect(try shown.receive(committee.certificate([0, 1, 3], 0, a)).fault != nil)
    }

    @Test("certifiedBlockInvalid halts")
    func certifiedBlockInvalid() throws {
        var core = started()
        let certificate = committee.certificate([0, 1, 2], 0, a)
        _ = try core.receive(certificate)
        _ = core.step(.blockAvailable(blockHash: a, originRound: 0, timely: true))
        #expect(core.step(.blockInvalid(blockHash: a)).fault == .certifiedBlockInvalid(certificate))
    }

    @Test("timers of another height, round or step change nothing")
    func staleTimers() throws {
        var core = started()
        #expect(core.step(.timeout(.propose, height: 2, round: 0)).isEmpty)
        #expect(core.expire(.propose, 1).isEmpty)
        #expect(core.expire(.prevote, 0).isEmpty)
        _ = core.expire(.propose, 0)
        #expect(core.expire(.propose, 0).isEmpty)
    }

    @Test("timers grow with the round up to their bound, without overflow")
    func growth() {
        var timeouts = ConsensusTimeouts.standard
        #expect(timeouts.milliseconds(.propose, round: 0) == 3_000)
        #expect(timeouts.milliseconds(.prevote, round: 3) == 2_500)
        #expect(timeouts.milliseconds(.precommit, round: .max) == timeouts.maximum)
        timeouts.precommit.perRound = .max
        #expect(timeouts.milliseconds(.precommit, round: 2) == timeouts.maximum)
        #expect(timeouts.milliseconds(.rebroadcast, round: 9) == timeouts.rebroadcast)
    }

    @Test("the greatest round number has no successor")
    func lastRound() throws {
        var core = started()
        for i in [0, 1] { _ = try core.receive(committee.vote(i, .prevote, .max, nil)) }
        #expect(core.round == .max)
        #expect(core.expire(.precommit, .max).isEmpty)
    }

    @Test("one validator decides with its own messages, through the same inputs")
    func alone() throws {
        let solo = try Committee(powers: [7])
        var core = solo.core(0)
        var effects = core.step(.start)
        #expect(effects.contains(.buildProposal(height: 1, round: 0)))
        #expect(effects.timers == [.rebroadcast, .propose])
        effects = core.step(.proposedValue(round: 0, blockHash: a))
        #expect(effects.signing == [.proposal(round: 0, validRound: nil, blockHash: a)])
        #expect(try core.receive(solo.proposal(0, 0, a)).contains(.requestBlock(a)))
        #expect(core.supply(a, originRound: 0).signing == [.vote(.prevote, round: 0, blockHash: a)])
        effects = try core.receive(solo.vote(0, .prevote, 0, a))
        #expect(effects.signing == [.vote(.precommit, round: 0, blockHash: a)])
        #expect(try core.receive(solo.vote(0, .precommit, 0, a)).decision == a)
        #expect(core.seenCertificate == solo.certificate([0], 0, a))
    }

    @Test("precommits that come after the decision complete the seen certificate")
    func latePrecommits() throws {
        var core = started()
        for i in [0, 1, 2] { _ = try core.receive(committee.vote(i, .precommit, 0, a)) }
        #expect(core.supply(a, originRound: 0).decision == a)
        #expect(core.seenCertificate == committee.certificate([0, 1, 2], 0, a))
        var follower = committee.core(nil)
        _ = follower.step(.start)
        for i in [0, 1, 2, 3] { _ = try follower.receive(committee.vote(i, .precommit, 0, a)) }
        _ = follower.supply(a, originRound: 0)
        #expect(follower.seenCertificate == committee.certificate([0, 1, 2, 3], 0, a))
    }
}
