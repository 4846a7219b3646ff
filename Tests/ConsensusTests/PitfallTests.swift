import ByteCodec
import ChainTypes
import Consensus
import Simulation
import Testing

/// One test or more for each classical fault of a Tendermint engine (reliability part 3, pitfalls 1 to 8).
/// Four equal validators; the node under test is 3, which does not propose before round 5; round 0 is 1's.
struct PitfallTests {
    let committee: Committee
    let a = block("a")
    let b = block("b")

    init() throws { committee = try Committee(powers: [1, 1, 1, 1]) }

    /// Validator 3 in round 0, with a's proposal and block here.
    private func started() throws -> ConsensusCore {
        var core = committee.core(3)
        _ = core.step(.start)
        _ = try core.receive(committee.proposal(1, 0, a))
        return core
    }

    /// Validator 3 after round 0, in which it alone locked a: now in round 1.
    private func lockedOnA() throws -> ConsensusCore {
        var core = try started()
        #expect(core.supply(a, originRound: 0).signing == [.vote(.prevote, round: 0, blockHash: a)])
        for i in [0, 1, 3] { _ = try core.receive(committee.vote(i, .prevote, 0, a)) }
        #expect(core.locked?.blockHash == a)
        for i in [0, 1, 2] { _ = try core.receive(committee.vote(i, .precommit, 0, nil)) }
        #expect(core.expire(.precommit, 0).rounds == [1])
        return core
    }

    @Test("1: a quorum of nil prevotes does not unlock")
    func pitfall01NilPolkaKeepsLock() throws {
        var core = try lockedOnA()
        _ = core.expire(.propose, 1)
        let effects = try [0, 1, 2].flatMap { try core.receive(committee.vote($0, .prevote, 1, nil)) }
        #expect(effects.signing == [.vote(.precommit, round: 1, blockHash: nil)])
        #expect(core.locked?.blockHash == a)
        for i in [0, 1, 2] { _ = try core.receive(committee.vote(i, .precommit, 1, nil)) }
        _ = core.expire(.precommit, 1)
        _ = try core.receive(committee.proposal(0, 2, b))
        #expect(core.supply(b, originRound: 2).signing == [.vote(.prevote, round: 2, blockHash: nil)])
    }

    @Test("1: a value proposed again waits for its polka and is never judged as a new one")
    func repeatedProposalIsExclusive() throws {
        var core = committee.core(3)
        _ = core.step(.start)
        for i in [0, 1] { _ = try core.receive(committee.vote(i, .prevote, 2, nil)) }
        _ = try core.receive(committee.proposal(0, 2, b, validRound: 1))
        #expect(core.supply(b, originRound: 1).signing.isEmpty)
        #expect(core.expire(.propose, 2).signing == [.vote(.prevote, round: 2, blockHash: nil)])
    }

    @Test("1: a polka later than the lock frees the vote, an earlier one does not", arguments: [false, true])
    func unlockByPolka(isLockedLater: Bool) throws {
        var core = try lockedOnA()
        if isLockedLater {
            for i in [0, 1] { _ = try core.receive(committee.vote(i, .prevote, 2, a)) }
            _ = core.expire(.propose, 2)
            _ = try core.receive(committee.polka([0, 1, 2], 2, a))
            #expect(core.locked?.round == 2)
        }
        for i in [0, 1] { _ = try core.receive(committee.vote(i, .prevote, 3, nil)) }
        _ = try core.receive(committee.polka([0, 1, 2], 1, b))
        _ = try core.receive(committee.proposal(1, 3, b, validRound: 1))
        let effects = core.supply(b, originRound: 0)
        #expect(effects.signing == [.vote(.prevote, round: 3, blockHash: isLockedLater ? nil : b)])
    }

    @Test("2: one verdict serves lines 22, 36 and 47 at once")
    func pitfall02SeveralRulesAtOnce() throws {
        var core = try started()
        _ = core.step(.blockAvailable(blockHash: a, originRound: 0, timely: true))
        for i in [0, 1, 2] { _ = try core.receive(committee.vote(i, .prevote, 0, a)) }
        let effects = core.step(.blockValid(blockHash: a))
        #expect(
            effects.signing == [.vote(.prevote, round: 0, blockHash: a), .vote(.precommit, round: 0, blockHash: a)])
        #expect(core.valid?.blockHash == a)
    }

    @Test("2: the nil polka is served although precommits of any kind are there")
    func nilPolkaIsNotShadowed() throws {
        var core = committee.core(3)
        _ = core.step(.start)
        _ = core.expire(.propose, 0)
        for i in [0, 1] { _ = try core.receive(committee.vote(i, .prevote, 0, nil)) }
        let timers = try [0, 1, 2].flatMap { try core.receive(committee.vote($0, .precommit, 0, nil)) }.timers
        #expect(timers == [.precommit])
        let effects = try core.receive(committee.vote(2, .prevote, 0, nil))
        #expect(effects.signing == [.vote(.precommit, round: 0, blockHash: nil)])
    }

    @Test("2: messages kept for a later round are served when the round is entered")
    func servesTheNewRound() throws {
        var core = try lockedOnA()
        _ = try core.receive(committee.proposal(0, 2, a, validRound: 0))
        _ = try core.receive(committee.vote(0, .prevote, 2, a))
        let effects = try core.receive(committee.vote(1, .prevote, 2, a))
        #expect(effects.rounds == [2])
        #expect(effects.signing == [.vote(.prevote, round: 2, blockHash: a)])
    }

    @Test("3: precommits of an earlier round decide")
    func lateCommit() throws {
        var core = try lockedOnA()
        for i in [0, 1] { _ = try core.receive(committee.vote(i, .precommit, 4, nil)) }
        #expect(core.round == 4)
        let effects = try core.receive(committee.certificate([0, 1, 2], 0, a))
        #expect(effects.decision == a)
    }

    @Test("3: a commit before its block fetches the block, and the node says nothing more until it decides")
    func commitBeforeBlock() throws {
        var core = committee.core(3)
        _ = core.step(.start)
        let effects = try [0, 1, 2].flatMap { try core.receive(committee.vote($0, .precommit, 0, a)) }
        #expect(effects.contains(.requestBlock(a)))
        #expect(core.expire(.propose, 0).isEmpty)
        #expect(try core.receive(committee.proposal(1, 0, a)).isEmpty)
        #expect(core.expire(.precommit, 0).isEmpty)
        #expect(core.supply(a, originRound: 0).decision == a)
    }

    @Test("3: a polka that comes before the proposal locks as soon as the block is valid")
    func polkaBeforeProposal() throws {
        var core = committee.core(3)
        _ = core.step(.start)
        _ = core.expire(.propose, 0)
        let effects = try [0, 1, 2].flatMap { try core.receive(committee.vote($0, .prevote, 0, a)) }
        #expect(effects.contains(.requestBlock(a)))
        #expect(core.supply(a, originRound: 0).signing == [.vote(.precommit, round: 0, blockHash: a)])
    }

    @Test("3: without the block of a polka the node precommits nil, and takes the value when the block comes (line 42)")
    func polkaWithoutBlock() throws {
        var core = committee.core(3)
        _ = core.step(.start)
        _ = core.expire(.propose, 0)
        for i in [0, 1, 2] { _ = try core.receive(committee.vote(i, .prevote, 0, a)) }
        #expect(core.expire(.prevote, 0).signing == [.vote(.precommit, round: 0, blockHash: nil)])
        #expect(core.supply(a, originRound: 0).signing.isEmpty)
        #expect(core.locked == nil)
        #expect(core.valid?.blockHash == a)
    }

    @Test("3: messages that come before the start are kept for it")
    func earlyMessages() throws {
        var core = committee.core(3)
        #expect(try core.receive(committee.proposal(1, 0, a)).isEmpty)
        #expect(core.step(.start).contains(.requestBlock(a)))
    }

    @Test("4: the vote of an equivocator counts in a quorum that a peer shows, and is evidence")
    func shownQuorumCounts() throws {
        var core = try started()
        _ = core.supply(a, originRound: 0)
        _ = try core.receive(committee.vote(3, .prevote, 0, a))
        _ = try core.receive(committee.vote(0, .prevote, 0, a))
        _ = try core.receive(committee.vote(2, .prevote, 0, b))
        let effects = try core.receive(committee.polka([0, 2, 3], 0, a))
        #expect(effects.evidence == [.votes(committee.vote(2, .prevote, 0, b), committee.vote(2, .prevote, 0, a))])
        #expect(effects.signing == [.vote(.precommit, round: 0, blockHash: a)])
        let shown = effects.requests.first?.lock
        #expect(shown == committee.polka([0, 2, 3], 0, a))
    }

    @Test("4: the timer sends the polka, the votes of two rounds and the proposal again")
    func rebroadcast() throws {
        var core = try lockedOnA()
        let proposal = committee.proposal(2, 1, b)
        _ = try core.receive(proposal)
        _ = try core.receive(committee.vote(0, .prevote, 1, b))
        let effects = core.expire(.rebroadcast, 0)
        let expected: [ConsensusMessage] = [
            .proposal(proposal), .polka(committee.polka([0, 1, 3], 0, a)), .vote(committee.vote(0, .prevote, 1, b)),
            .vote(committee.vote(1, .precommit, 0, nil)),
        ]
        for message in expected { #expect(effects.contains(.broadcast(message))) }
        #expect(effects.contains(.requestBlock(b)))
        #expect(effects.timers == [.rebroadcast])
    }

    @Test("4: a certificate that comes before the start is new once: nodes that pass on the new do not echo each other")
    func earlyCertificateIsNewOnce() throws {
        var core = committee.core(3)
        let certificate = committee.certificate([0, 1, 2], 0, a)
        _ = try core.receive(certificate)
        #expect(throws: MessageRejection.duplicate) { try core.verified(certificate) }
        #expect(core.step(.start).contains(.requestBlock(a)))
    }

    @Test("4: a node that locked alone brings the others to its value")
    func hiddenLock() throws {
        // Only the node under test saw the polka. As a proposer it proposes a again, and its polka convinces.
        var holder = committee.core(0)
        _ = holder.step(.start)
        _ = try holder.receive(committee.proposal(1, 0, a))
        _ = holder.supply(a, originRound: 0)
        for i in [0, 1, 2] { _ = try holder.receive(committee.vote(i, .prevote, 0, a)) }
        var effects: [ConsensusEffect] = []
        for i in [1, 2] { effects += try holder.receive(committee.vote(i, .prevote, 2, nil)) }
        #expect(effects.signing == [.proposal(round: 2, validRound: 0, blockHash: a)])
        var other = committee.core(3)
        _ = other.step(.start)
        for i in [1, 2] { _ = try other.receive(committee.vote(i, .prevote, 2, nil)) }
        _ = try other.receive(committee.proposal(0, 2, a, validRound: 0))
        _ = other.supply(a, originRound: 0)
        guard case .polka(let polka)? = holder.gossip.first(where: { if case .polka = $0 { true } else { false } })
        else {
            Issue.record("the holder does not show its polka")
            return
        }
        #expect(try other.receive(polka).signing == [.vote(.prevote, round: 2, blockHash: a)])
    }

    @Test("5: after a crash the same bytes are sent again, and a different vote is refused")
    func resendsSameBytes() throws {
        var core = try started()
        let request = try #require(core.supply(a, originRound: 0).requests.first)
        let signed = request.signed(chainId: Committee.chainId, key: committee.keys[3])
        let state = SignState.recording(signed, for: request, after: nil)
        #expect(state.maySign(request) == .resend(signed))
        #expect(request.signed(chainId: Committee.chainId, key: committee.keys[3]) == signed)

        var resumed = committee.core(3, signState: state)
        let effects = resumed.step(.start)
        #expect(effects.contains(.broadcast(signed.message)))
        #expect(resumed.step == .prevote)
        #expect(resumed.expire(.propose, 0).signing.isEmpty)

        var forgetful = committee.core(3)
        _ = forgetful.step(.start)
        let other = try #require(forgetful.expire(.propose, 0).requests.first)
        #expect(state.maySign(other) == .refused(.contradiction))
    }

    @Test("5: a validator with more than a third continues after a crash, so that rounds go on")
    func heavyValidatorReturns() throws {
        let heavy = try Committee(powers: [2, 1, 1])
        let own = heavy.set.validators.firstIndex { $0.power == 2 } ?? 0
        let others = [0, 1, 2].filter { $0 != own }
        var core = heavy.core(own)
        _ = core.step(.start)
        let request = try #require(core.expire(.propose, 0).requests.last)
        let signed = request.signed(chainId: Committee.chainId, key: heavy.keys[own])
        var resumed = heavy.core(own, signState: .recording(signed, for: request, after: nil))
        _ = resumed.step(.start)
        let effects = try others.flatMap { try resumed.receive(heavy.vote($0, .prevote, 0, nil)) }
        #expect(effects.signing == [.vote(.precommit, round: 0, blockHash: nil)])
    }

    @Test("6: the proposer of a round does not depend on how the round was reached")
    func pitfall06ProposerIsPure() throws {
        var stepwise = committee.core(3)
        _ = stepwise.step(.start)
        for round in UInt32(0)..<6 { _ = stepwise.expire(.precommit, round) }
        var skipping = committee.core(3)
        _ = skipping.step(.start)
        for i in [0, 1] { _ = try skipping.receive(committee.vote(i, .prevote, 6, nil)) }
        #expect(stepwise.round == 6 && skipping.round == 6)
        #expect(stepwise.proposer == skipping.proposer)
        #expect(stepwise.proposer == Proposer.select(committee.set, height: 1, round: 6))
    }

    @Test("7: two thirds exactly are no quorum and a third exactly skips no round, also at the cap of power")
    func pitfall07PowerAtTheCap() throws {
        let third = Limits.maxTotalPower / 3
        let heavy = try Committee(powers: [third, third, third])
        var core = heavy.core(2)
        _ = core.step(.start)
        _ = try core.receive(heavy.vote(0, .precommit, 0, a))
        _ = try core.receive(heavy.vote(1, .precommit, 0, a))
        #expect(core.committed == nil)
        _ = try core.receive(heavy.vote(0, .prevote, 1, a))
        #expect(core.round == 0)
        _ = try core.receive(heavy.vote(1, .prevote, 1, a))
        #expect(core.round == 1)
        #expect(throws: MessageRejection.certificate(.insufficientPower(have: 2 * third, total: 3 * third))) {
            try core.verified(heavy.certificate([0, 1], 0, a))
        }
        var follower = heavy.core(nil)
        _ = follower.step(.start)
        _ = try follower.receive(heavy.certificate([0, 1, 2], 0, b))
        #expect(follower.committed?.blockHash == b)
    }

    @Test("8: votes and certificates count under the set of their height alone")
    func wrongSet() throws {
        let next = try Committee(powers: [1, 1, 1, 1, 1])
        let core = next.core(0, height: 2)
        #expect(throws: MessageRejection.otherHeight(1)) { try core.verified(committee.vote(0, .prevote, 0, a)) }
        let old = committee.certificate([0, 1, 2, 3], 0, a, height: 2)
        #expect(throws: MessageRejection.certificate(.wrongSlotCount(have: 4, want: 5))) { try core.verified(old) }
        let left = try #require(next.set.validators.first { committee.set.index(of: $0.address) == nil })
        let stranger = next.vote(next.set.index(of: left.address) ?? 0, .prevote, 0, a)
        #expect(throws: MessageRejection.notAValidator(left.address)) { try committee.core(3).verified(stranger) }
    }

    @Test("9: the own signature in a round that was left without one means a key in two places", arguments: [0, 1])
    func foreignSignatureInAPastRound(_ kind: Int) throws {
        var core = committee.core(3)
        _ = core.step(.start)
        _ = core.expire(.precommit, 0)
        #expect(core.round == 1)
        let vote = committee.vote(3, kind == 0 ? .prevote : .precommit, 0, a)
        #expect(try core.receive(vote).fault == .foreignSignature(.vote(vote)))
    }

    @Test("9: two nodes with one key that propose different blocks both halt when they hear each other")
    func twinsHalt() throws {
        let own = committee.proposer(0)
        var twins = [committee.core(own), committee.core(own)]
        for (index, hash) in [a, b].enumerated() {
            _ = twins[index].step(.start)
            _ = twins[index].step(.proposedValue(round: 0, blockHash: hash))
            _ = try twins[index].receive(committee.proposal(own, 0, hash))
        }
        for (index, hash) in [b, a].enumerated() {
            guard case .ownEquivocation? = try twins[index].receive(committee.proposal(own, 0, hash)).fault else {
                Issue.record("twin \(index) goes on")
                continue
            }
        }
    }
}
