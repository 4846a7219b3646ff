import ByteCodec
import ChainTypes
import Cryptography
import ProvingRules
import SystemState
import Testing

struct PrecheckRefusalTests {
    /// A market whose first job is in T1, with who is selected and who is not.
    private func market(
        _ change: (inout ProvingParameters) -> Void = { _ in }
    ) throws -> (Market, selected: Int, other: Int) {
        var market = try Market(provers: 4, instances: 3, change)
        market.openFirstJob()
        let selected = market.selected(1)
        return (market, selected[0], (0..<4).first { !selected.contains($0) } ?? 0)
    }

    private func refusal(_ market: Market, _ sending: Market.Sending, fee: UInt128 = 0) -> ProvingRefusal? {
        let outcome = JobLifecycle.precheck(
            market.transaction(sending), operator: Market.operatorKey(sending.owner), fee: fee,
            verifier: market.verifier, state: market.state, at: market.state.height + 1)
        if case .failure(let refusal) = outcome { return refusal }
        return nil
    }

    @Test func whoIsSelectedMayCommitFromTheNextBlockOn() throws {
        let (market, selected, _) = try market()
        let sending = market.commit(selected, 1)
        #expect(refusal(market, sending) == nil)
        let inSelectingBlock = JobLifecycle.precheck(
            market.transaction(sending), operator: Market.operatorKey(selected), fee: 0, verifier: market.verifier,
            state: market.state)
        #expect(inSelectingBlock == .failure(.wrongPhase))
    }

    @Test func jobsThatAreUnknownOrClosed() throws {
        var (market, selected, _) = try market()
        let sending = market.commit(selected, 1)
        var unknown = sending
        unknown.job = 9
        #expect(refusal(market, unknown) == .unknownJob)
        market.block([market.standAlone(selected, 1)])
        #expect(refusal(market, sending) == .jobClosed)
    }

    @Test func phasesThatAreNotOpen() throws {
        var (market, selected, _) = try market()
        let early = Market.Sending(owner: selected, job: 1, phase: .t2, payload: [2])
        #expect(refusal(market, early) == .wrongPhase)
        let late = market.commit(selected, 1)
        market.passPhase(1)
        #expect(refusal(market, late) == .wrongPhase)
        let aggregate = Market.Sending(owner: selected, job: 1, phase: .aggregate, payload: [2])
        #expect(refusal(market, aggregate) == .noSubBlocks)
    }

    @Test func rolesThatTheSenderDoesNotHave() throws {
        var (market, selected, other) = try market()
        #expect(refusal(market, market.commit(other, 1)) == .notSelected)
        market.block([market.commit(selected, 1)])
        #expect(refusal(market, market.commit(selected, 1)) == .alreadySent)
        market.passPhase(1)
        let absent = market.selected(1)[1]
        #expect(refusal(market, market.submit(absent, 1, instances: [0])) == .notCommitted)
        #expect(refusal(market, market.submit(other, 1, instances: [0])) == .notSelected)
    }

    @Test func sendersThatMayNotProve() throws {
        let (start, selected, _) = try market()
        func refusal(_ change: (inout Prover) -> Void) -> ProvingRefusal? {
            var market = start
            market.state.provers.update(Market.owner(selected)) { change(&$0) }
            return self.refusal(market, market.commit(selected, 1))
        }
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.activeFrom = 4 } == .inactive)
        #expect(refusal { $0.jailedAt = 1 } == .jailed)
        #expect(refusal { $0.stake = 9_999 } == .belowMinimumStake)
        #expect(refusal { $0.operatorKey = .zero } == .notRegistered)
        var stranger = start.commit(selected, 1)
        stranger.owner = 77
        #expect(self.refusal(start, stranger) == .notRegistered)
    }

    @Test func theStakeMustCoverTheFeeAndThePenalty() throws {
        let (market, selected, _) = try market()
        let sending = market.commit(selected, 1)
        #expect(refusal(market, sending, fee: Market.stake - 1_000) == nil)
        #expect(refusal(market, sending, fee: Market.stake - 999) == .stakeCannotCoverFee)
        #expect(refusal(market, sending, fee: .max) == .stakeCannotCoverFee)
    }

    @Test func sizes() throws {
        let (market, selected, _) = try market()
        let most = Int(PhaseLoad.fullProofBytes(market.job(1), verifier: market.verifier))
        func sending(_ count: Int) -> Market.Sending {
            Market.Sending(owner: selected, job: 1, phase: .t1, payload: [UInt8](repeating: 1, count: count))
        }
        #expect(refusal(market, sending(0)) == .emptyPayload)
        #expect(refusal(market, sending(most)) == nil)
        #expect(refusal(market, sending(most + 1)) == .payloadTooLarge)
        #expect(market.standAlone(selected, 1).payload.count <= most)
    }

    @Test func noMoreFullProofsThanAPhaseTakes() throws {
        var (market, _, _) = try market { $0.maxFullProofsPerPhase = 2 }
        market.commitAll(1)
        market.submitAll(1)
        market.block((0..<3).map { market.aggregate($0, 1) })
        #expect(market.outcomes.map(\.refusal) == [nil, nil, .fullProofLimitReached])
        #expect(market.job(1).fullProofs.count == 2)
    }

    @Test func theVerificationCostIsJudgedByTheDeclaredSize() throws {
        let (market, selected, _) = try market()
        func cost(_ sending: Market.Sending) -> UInt64 {
            JobLifecycle.verificationCost(
                of: market.transaction(sending), verifier: market.verifier, state: market.state)
        }
        #expect(cost(market.commit(selected, 1)) == 0)
        #expect(cost(market.standAlone(selected, 1)) == 3)
        #expect(cost(Market.Sending(owner: selected, job: 9, phase: .t2, payload: [1])) == 0)
    }
}

struct InvalidPayloadTests {
    /// A market whose first job, of three instances, is in T3 after two submissions.
    private func inT3() throws -> Market {
        var market = try Market(provers: 6, instances: 3)
        market.openFirstJob()
        market.commitAll(1)
        market.submitAll(1)
        return market
    }

    /// Sends a payload that must be found invalid; checks what that costs.
    private func expectInvalid(
        _ market: Market, _ sending: Market.Sending, _ refusal: ProvingRefusal,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var market = market
        let stake = market.stake(sending.owner)
        market.block([sending])
        #expect(market.outcomes[0].accepted && !market.outcomes[0].valid, sourceLocation: sourceLocation)
        #expect(market.outcomes[0].refusal == refusal, sourceLocation: sourceLocation)
        #expect(market.stake(sending.owner) == stake - 1_000, sourceLocation: sourceLocation)
        #expect(market.state.supply.burned == 1_000 && market.isConserved(), sourceLocation: sourceLocation)
        #expect(market.job(1).isBarred(Market.owner(sending.owner)), sourceLocation: sourceLocation)
        market.block([sending])
        #expect(market.outcomes[0].refusal == .barred, sourceLocation: sourceLocation)
        #expect(market.state.supply.burned == 1_000, sourceLocation: sourceLocation)
    }

    @Test func commitmentsOfAnotherForm() throws {
        var market = try Market(provers: 4, instances: 3)
        market.openFirstJob()
        let selected = market.selected(1)[0]
        let good = market.commit(selected, 1)
        func changed(_ change: (inout [UInt8]) -> Void) -> Market.Sending {
            var sending = good
            change(&sending.payload)
            return sending
        }
        expectInvalid(market, changed { $0 = [1] }, .malformedPayload)
        expectInvalid(market, changed { $0.append(0) }, .malformedPayload)
        expectInvalid(market, changed { $0[0] = 2 }, .malformedPayload)
        expectInvalid(market, changed { $0 = CommitmentPayload(entries: []).encoded }, .wrongInstances)
        let entries = [0, 1, 3].map {
            CommitmentPayload.Entry(instance: $0, root: StandInVerifier.digest([1]))
        }
        expectInvalid(market, changed { $0 = CommitmentPayload(entries: entries).encoded }, .wrongInstances)
    }

    @Test func submissionsWithAFault() throws {
        var market = try Market(provers: 4, instances: 3)
        market.openFirstJob()
        market.commitAll(1)
        let (a, b) = (market.selected(1)[0], market.selected(1)[1])
        func sending(_ entries: [SubmissionPayload.Entry]) -> Market.Sending {
            Market.Sending(owner: a, job: 1, phase: .t2, payload: SubmissionPayload(entries: entries).encoded)
        }
        let job = market.job(1)
        let good = (0..<3).map { SubmissionPayload.Entry(instance: UInt32($0), proof: market.partial(a, job, $0)) }
        expectInvalid(market, sending(Array(good.prefix(2))), .missingInstance)
        expectInvalid(market, sending([]), .wrongInstances)
        expectInvalid(
            market, sending(good + [SubmissionPayload.Entry(instance: 3, proof: [1])]), .wrongInstances)
        var stolen = good
        stolen[1].proof = market.partial(b, job, 1)
        expectInvalid(market, sending(stolen), .invalidPartial(instance: 1))
        var bent = good
        bent[2].proof[0] ^= 1
        expectInvalid(market, sending(bent), .invalidPartial(instance: 2))
        var long = good
        long[0].proof.append(0)
        expectInvalid(market, sending(long), .invalidPartial(instance: 0))
        expectInvalid(
            market, Market.Sending(owner: a, job: 1, phase: .t2, payload: [2, 0, 0]), .malformedPayload)
    }

    @Test func oneInvalidPartialInvalidatesTheSubmission() throws {
        var market = try Market(provers: 4, instances: 3)
        market.openFirstJob()
        market.commitAll(1)
        let (a, b) = (market.selected(1)[0], market.selected(1)[1])
        var bad = market.submit(a, 1)
        bad.payload[bad.payload.count - 1] ^= 1
        market.block([bad, market.submit(b, 1)])
        market.passPhase(1)
        market.block([market.aggregate(b, 1)])
        market.passPhase(1)
        #expect(market.job(1).outcome == .proven && market.job(1).submissions.map(\.owner) == [Market.owner(b)])
        // The invalid proof, the missing submission in T2, and in T3 nothing to show for the T2 it owed.
        #expect(market.stake(a) == Market.stake - 1_000 - 3 - 1)
        #expect(market.claim(a) == 0)
    }

    @Test func compositesWithAFault() throws {
        let market = try inT3()
        let job = market.job(1)
        let (a, outsider) = (market.selected(1)[0], (0..<6).first { !market.selected(1).contains($0) } ?? 0)
        let good = try CompositeProofPayload(decoding: market.aggregate(outsider, 1).payload)
        func sending(_ change: (inout CompositeProofPayload) -> Void) -> Market.Sending {
            var payload = good
            change(&payload)
            return Market.Sending(owner: outsider, job: 1, phase: .t3, payload: payload.encoded)
        }
        expectInvalid(market, sending { $0.parts.removeLast() }, .wrongInstances)
        expectInvalid(market, sending { $0.parts[1] = .reference(prover: Market.owner(outsider)) }, .unknownSubmission)
        expectInvalid(market, sending { $0.bloom[0] ^= 1 }, .bloomMismatch)
        expectInvalid(
            market, sending { $0.bloom = [UInt8](repeating: 0xff, count: $0.bloom.count) }, .bloomMismatch)
        expectInvalid(market, sending { $0.bloom = [] }, .bloomMismatch)
        let onlyA = SubmissionBloom(job: job, reused: [Market.owner(a)]).bytes
        let stolen = market.partial(a, job, 2)
        expectInvalid(
            market,
            sending {
                $0.parts = [
                    .reference(prover: Market.owner(a)), .reference(prover: Market.owner(a)),
                    .inline(proof: stolen),
                ]
                $0.bloom = onlyA
            }, .invalidPartial(instance: 2))
        let plain = Market.Sending(owner: outsider, job: 1, phase: .t3, payload: market.submit(a, 1).payload)
        expectInvalid(market, plain, .malformedPayload)
    }

    @Test func aReferenceToAnInstanceThatTheSubmissionLacks() throws {
        var market = try Market(provers: 6, instances: 3) { $0.redundancy = 1 }
        market.openFirstJob()
        market.commitAll(1)
        market.submitAll(1)
        let submission = market.job(1).submissions[0]
        let bloom = SubmissionBloom(job: market.job(1), reused: [submission.owner]).bytes
        let payload = CompositeProofPayload(
            parts: (0..<3).map { _ in .reference(prover: submission.owner) }, bloom: bloom)
        expectInvalid(
            market, Market.Sending(owner: 0, job: 1, phase: .t3, payload: payload.encoded), .instanceNotInSubmission)
    }

    @Test func standAloneProofsWithAFault() throws {
        var market = try Market(provers: 4, instances: 3)
        market.openFirstJob()
        let (a, b) = (market.selected(1)[0], market.selected(1)[1])
        expectInvalid(market, market.standAlone(a, 1, variant: 1), .unbalanced)
        var stolen = market.standAlone(b, 1)
        stolen.owner = a
        expectInvalid(market, stolen, .invalidPartial(instance: 0))
        var short = try StandAloneProofPayload(decoding: market.standAlone(a, 1).payload)
        short.entries.removeLast()
        expectInvalid(
            market, Market.Sending(owner: a, job: 1, phase: .t1, payload: short.encoded), .wrongInstances)
        expectInvalid(market, Market.Sending(owner: a, job: 1, phase: .t1, payload: [4, 9]), .malformedPayload)
    }

    @Test func aPayloadThatIsNotTheOneSignedIsTheProposersFault() throws {
        var market = try Market(provers: 4, instances: 3)
        market.openFirstJob()
        market.block()
        let sending = market.commit(market.selected(1)[0], 1)
        let context = market.nextContext
        func apply(_ payload: [UInt8]) -> ProvingOutcome {
            JobLifecycle.apply(
                market.transaction(sending), operator: Market.operatorKey(sending.owner), transactionHash: .zero,
                payload: payload, verifier: market.verifier, context: context, state: &market.state)
        }
        let outcome = apply(sending.payload + [0])
        #expect(!outcome.accepted && outcome.refusal == .payloadDigestMismatch)
        var other = sending.payload
        other[10] ^= 1
        #expect(!apply(other).accepted)
        #expect(market.state.supply.burned == 0 && apply(sending.payload).valid)
    }
}

struct StandAloneProofPayloadTests {
    private let payload = StandAloneProofPayload(entries: [
        .init(root: StandInVerifier.digest([1]), proof: [1, 2, 3]), .init(root: StandInVerifier.digest([2]), proof: []),
    ])

    @Test func itComesBackFromItsBytes() throws {
        #expect(try StandAloneProofPayload(decoding: payload.encoded) == payload)
    }

    @Test func otherBytesAreRefusedByName() {
        let bytes = payload.encoded
        for count in 1..<bytes.count {
            #expect(throws: PayloadRejection.malformed) {
                try StandAloneProofPayload(decoding: Array(bytes.prefix(count)))
            }
        }
        #expect(throws: PayloadRejection.malformed) { try StandAloneProofPayload(decoding: []) }
        #expect(throws: PayloadRejection.wrongKind(3)) { try StandAloneProofPayload(decoding: [3]) }
        #expect(throws: PayloadRejection.trailingBytes) { try StandAloneProofPayload(decoding: bytes + [0]) }
        #expect(throws: PayloadRejection.tooManyEntries) {
            try StandAloneProofPayload(decoding: [4, 255, 255, 255, 255])
        }
        var bent = bytes
        for index in 5..<9 { bent[index] = 0xff }
        #expect(throws: PayloadRejection.digestNotCanonical) { try StandAloneProofPayload(decoding: bent) }
    }
}
