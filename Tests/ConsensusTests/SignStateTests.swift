import ByteCodec
import ChainTypes
import Consensus
import Simulation
import Testing

struct SignStateTests {
    let committee: Committee
    let a = block("a")

    init() throws { committee = try Committee(powers: [1, 1, 1, 1]) }

    /// Prevote and precommit for a in round 0, the latter with its lock.
    private func lockedState() throws -> (state: SignState, requests: [SigningRequest]) {
        var core = committee.core(3)
        var effects = core.step(.start)
        effects += try core.receive(committee.proposal(1, 0, a))
        effects += core.supply(a, originRound: 0)
        for i in [0, 1, 3] { effects += try core.receive(committee.vote(i, .prevote, 0, a)) }
        var state: SignState?
        for request in effects.requests {
            let signed = request.signed(chainId: Committee.chainId, key: committee.keys[3])
            state = .recording(signed, for: request, after: state)
        }
        return (try #require(state), effects.requests)
    }

    @Test("decodes to the value that was encoded")
    func roundTrip() throws {
        let (state, _) = try lockedState()
        #expect(state.lock == committee.polka([0, 1, 3], 0, a))
        #expect(!state.journal.isEmpty)
        #expect(try SignState(decoding: state.encoded) == state)
    }

    @Test("is damaged when cut at any byte or when any bit is flipped")
    func damage() throws {
        let bytes = try lockedState().state.encoded
        for count in 0..<bytes.count {
            #expect(throws: SignStateError.damaged) { try SignState(decoding: Array(bytes.prefix(count))) }
        }
        for bit in 0..<(bytes.count * 8) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: SignStateError.damaged) { try SignState(decoding: flipped) }
        }
    }

    @Test("a later step, round or height may be signed; an earlier or another one is refused")
    func order() throws {
        let (state, requests) = try lockedState()
        let (prevote, precommit) = (requests[0], requests[1])
        #expect(state.maySign(prevote) == .resend(.vote(committee.vote(3, .prevote, 0, a))))
        #expect(state.maySign(precommit) == .resend(.vote(committee.vote(3, .precommit, 0, a))))

        var nilVoter = committee.core(3)
        _ = nilVoter.step(.start)
        let nilPrevote = try #require(nilVoter.expire(.propose, 0).requests.last)
        #expect(state.maySign(nilPrevote) == .refused(.contradiction))

        var next = committee.core(3)
        _ = next.step(.start)
        _ = next.expire(.precommit, 0)
        let later = try #require(next.expire(.propose, 1).requests.last)
        #expect(state.maySign(later) == .allowed)
        let signed = later.signed(chainId: Committee.chainId, key: committee.keys[3])
        let advanced = SignState.recording(signed, for: later, after: state)
        #expect(advanced.maySign(precommit) == .refused(.lowerRound))
        #expect(advanced.lock == state.lock)

        var proposer = committee.core(1)
        _ = proposer.step(.start)
        let proposal = try #require(proposer.step(.proposedValue(round: 0, blockHash: a)).requests.last)
        #expect(state.maySign(proposal) == .refused(.lowerStep))

        var high = committee.core(3, height: 2)
        _ = high.step(.start)
        let higher = try #require(high.expire(.propose, 0).requests.last)
        #expect(state.maySign(higher) == .allowed)
        let raised = SignState.recording(
            higher.signed(chainId: Committee.chainId, key: committee.keys[3]), for: higher, after: advanced)
        #expect(raised.maySign(later) == .refused(.lowerHeight))
        #expect(raised.lock == nil)
    }

    @Test("a resumed engine keeps its lock")
    func resumedLock() throws {
        let (state, _) = try lockedState()
        var core = committee.core(3, signState: state)
        #expect(core.locked?.blockHash == a)
        let effects = core.step(.start)
        #expect(effects.contains(.requestBlock(a)))
        #expect(effects.contains(.broadcast(.polka(committee.polka([0, 1, 3], 0, a)))))
        for i in [0, 1] { _ = try core.receive(committee.vote(i, .prevote, 1, nil)) }
        _ = try core.receive(committee.proposal(2, 1, block("b")))
        #expect(core.supply(block("b"), originRound: 1).signing == [.vote(.prevote, round: 1, blockHash: nil)])
    }

    @Test("a sign state of a later height silences the engine")
    func overtaken() throws {
        let (state, _) = try lockedState()
        var core = ConsensusCore(
            height: 0, chainId: Committee.chainId, validators: committee.set, own: committee.address(3),
            timeouts: .standard, signState: state)
        #expect(core.own == nil)
        _ = core.step(.start)
        #expect(core.step(.timeout(.propose, height: 0, round: 0)).signing.isEmpty)
    }
}
