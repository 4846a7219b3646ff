import ByteCodec
import ChainTypes
import Cryptography
import ProofField
import ProvingRules
import SystemState
import Testing

/// A node that has a block's verdicts and facts, and none of its payloads.
struct Replay {
    var state: SystemState

    /// Applies what `market` just executed; returns whether each transaction had the outcome that is known.
    mutating func follow(
        _ market: Market, _ transactions: [(transaction: ProvingTransaction, sending: Market.Sending)],
        context: BlockContext, operations: BlockOperations
    ) -> Bool {
        var agrees = true
        _ = JobLifecycle.openBlock(context, preparer: market.preparer, verifier: market.verifier, state: &state)
        for ((transaction, sending), known) in zip(transactions, market.outcomes) where known.accepted {
            let key = Market.operatorKey(sending.owner)
            let owner = state.prover(operatedBy: key)?.owner ?? .zero
            agrees =
                state.chargeFee(
                    owner, burned: market.fee / 2, tip: market.fee - market.fee / 2, to: context.proposer) && agrees
            let outcome = JobLifecycle.apply(
                transaction, operator: key, transactionHash: Keccak256.hash(key.bytes, sending.payload),
                payload: nil, claimedVerdict: known.valid, facts: known.facts, verifier: market.verifier,
                context: context, state: &state)
            agrees = agrees && outcome.accepted && outcome.valid == known.valid && outcome.events == known.events
        }
        _ = JobLifecycle.closeBlock(context, operations: operations, verifier: market.verifier, state: &state)
        return agrees
    }
}

struct ReplayTests {
    @Test func factsComeBackFromTheirBytes() throws {
        let all: [PayloadFacts] = [
            .commitment([InstanceRoot(instance: 1, root: StandInVerifier.digest([1]))]),
            .submission([InstanceSum(instance: 2, busSum: .one)]),
            .fullProof(kind: .standAlone, reused: [Market.owner(1)], inlined: [1, 2]),
        ]
        for facts in all { #expect(try PayloadFacts(record: facts.encoded) == facts) }
        #expect(throws: RecordError.unknownCase(3)) { try PayloadFacts(record: [3]) }
    }

    @Test func withoutPayloadAndFactsNothingIsApplied() throws {
        var market = try Market(provers: 4, instances: 3)
        market.openFirstJob()
        let sending = market.commit(market.selected(1)[0], 1)
        let transaction = market.transaction(sending)
        let context = market.nextContext
        let before = market.state.root()
        func apply(_ verdict: Bool?, _ facts: PayloadFacts?) -> ProvingRefusal? {
            JobLifecycle.apply(
                transaction, operator: Market.operatorKey(sending.owner), transactionHash: .zero, payload: nil,
                claimedVerdict: verdict, facts: facts, verifier: market.verifier, context: context,
                state: &market.state
            ).refusal
        }
        let wrong: [PayloadFacts] = [
            .commitment([]), .submission([]), .submission([InstanceSum(instance: 99, busSum: .one)]),
            .fullProof(kind: .composite, reused: [], inlined: []),
            .fullProof(kind: .standAlone, reused: [], inlined: [0, 1, 99]),
            .fullProof(kind: .standAlone, reused: [Market.owner(1)], inlined: []),
        ]
        for facts in wrong {
            let refusal = apply(true, facts)
            #expect(refusal == .payloadMissing)
        }
        let none = apply(nil, nil)
        let bare = apply(true, nil)
        #expect(none == .payloadMissing && bare == .payloadMissing)
        let unchanged = market.state.root()
        #expect(unchanged == before)
        let invalid = apply(false, nil)
        #expect(invalid == .foundInvalid && market.state.supply.burned == 1_000)
    }
}
