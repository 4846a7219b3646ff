import AccountTree
import ByteCodec
import ChainTypes
import Execution
import ProofField
import ProvingRules
import Replica
import SampleChain
import SystemState
import Testing

/// A chain with real proofs, replayed block by block by a node that has none of its payloads: only the blocks, the
/// verdicts in their headers, and the facts beside them.
struct PrunedReplayTests {
    /// The sample chain up to the settlement of its first job.
    private static let chain = Result {
        var scenario = try ProvenJobScenario.atT3.get()
        try scenario.round()
        try scenario.node.produce(7)
        return scenario.node
    }

    /// Executes a block on the node's state with no payload.
    private func execute(
        _ committed: CommittedBlock, on node: SampleNode,
        facts change: (inout PayloadFacts?) -> Void = { _ in }
    ) throws -> (refused: InclusionRefusal?, executed: ExecutedBlock) {
        let (header, ledger) = (committed.block.header, node.replica.ledger)
        var executor = BlockExecutor(
            context: ExecutionContext(
                height: header.height, proposer: header.proposer, baseFee: header.baseFee, mix: header.mix),
            parentHash: node.replica.tip.hash, state: ledger.system, accounts: ledger.accounts, tree: ledger.tree,
            preparer: JobFeed(ledger: ledger, program: node.program), verifier: node.replica.checker)
        var proofs = 0
        for transaction in committed.transactions {
            var evidence = ExecutableTransaction.Evidence.none
            if transaction.proving != nil {
                var facts = committed.facts[proofs]
                change(&facts)
                evidence = .certified(verdict: header.verdicts[proofs], facts: facts)
                proofs += 1
            }
            let result = try executor.apply(ExecutableTransaction(transaction: transaction, evidence: evidence))
            if case .failure(let refusal) = result { return (refusal, executor.finish()) }
        }
        return (nil, executor.finish())
    }

    /// Calls `body` with every block and the node that is to execute it next.
    private func forEachBlock(_ body: (CommittedBlock, SampleNode) throws -> Void) throws {
        let chain = try Self.chain.get()
        var node = try SampleNode(chain.genesis)
        for committed in chain.blocks {
            try body(committed, node)
            var disk = node.disk
            disk.carryOut(.commit(committed))
            node = try SampleNode(chain.genesis, disk: disk, now: chain.now)
        }
        #expect(node.replica.tip == chain.replica.tip)
    }

    @Test func aReplayWithoutPayloadsEndsInTheSameState() throws {
        let chain = try Self.chain.get()
        #expect(chain.system.jobs[1]?.outcome == .proven)
        var proofs = 0
        try forEachBlock { committed, node in
            let header = committed.block.header
            let (refused, executed) = try execute(committed, on: node)
            #expect(refused == nil)
            #expect(executed.systemRoot == header.systemRoot && executed.accountsRoot == header.accountsRoot)
            #expect(executed.verdicts == header.verdicts && executed.facts == committed.facts)
            #expect(executed.systemLogs == committed.systemLogs)
            #expect(executed.receipts.map(\.logs) == committed.receipts.map(\.logs))
            proofs += header.verdicts.count
        }
        // Commitments, submissions and full proofs of two selected provers at least.
        #expect(proofs >= 5)
    }

    /// Facts that are not the payload's are refused, or give another root than the header's.
    @Test func aReplayWithWrongFactsDoesNotPass() throws {
        var changed = 0
        try forEachBlock { committed, node in
            guard !committed.block.header.verdicts.isEmpty else { return }
            let (refused, executed) = try execute(committed, on: node) { facts in
                switch facts {
                case .commitment(var roots):
                    roots[0].root = .zero
                    facts = .commitment(roots)
                case .submission(var sums):
                    sums[0].busSum = sums[0].busSum + Ext.one
                    facts = .submission(sums)
                case .fullProof(let kind, let reused, _): facts = .fullProof(kind: kind, reused: reused, inlined: [])
                case nil: break
                }
                changed += 1
            }
            let isSame = executed.systemRoot == committed.block.header.systemRoot
            // A composite proof of references has nothing inline to leave out.
            let isUnchanged = committed.facts.allSatisfy { facts in
                if case .fullProof(_, _, let inlined) = facts { inlined.isEmpty } else { false }
            }
            #expect(refused != nil || !isSame || isUnchanged)
        }
        #expect(changed > 0)
    }

    /// Whoever has neither payload nor facts cannot apply a valid proof.
    @Test func aReplayWithoutFactsIsRefused() throws {
        var refusals = 0
        try forEachBlock { committed, node in
            guard committed.block.header.verdicts.contains(true) else { return }
            let (refused, _) = try execute(committed, on: node) { $0 = nil }
            #expect(refused == .provingRefused(.payloadMissing))
            refusals += 1
        }
        #expect(refusals > 0)
    }
}
