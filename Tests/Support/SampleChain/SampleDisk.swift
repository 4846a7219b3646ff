import AccountTree
import ByteCodec
package import ChainTypes
package import Circuits
package import Consensus
package import Replica
package import SystemState

/// What a node's disk holds, made of nothing but the effects that were carried out.
package struct SampleDisk: Sendable {
    package let genesis: Genesis
    package private(set) var tip: ChainTip
    package private(set) var signState: SignState?
    package private(set) var proposed: ProposedBlock?
    private var accounts: MemoryAccounts
    private var records: [[UInt8]: [UInt8]] = [:]
    private var operations: [UInt64: [AccountOperation]] = [:]
    private var witnesses: [UInt64: BlockWitness] = [:]
    package private(set) var blocks: [CommittedBlock] = []

    package enum Failure: Error { case badGenesis, damaged, notStored }

    package init(genesis: Genesis) throws {
        self.genesis = genesis
        guard let accounts = MemoryAccounts(genesis.accounts) else { throw Failure.badGenesis }
        self.accounts = accounts
        var state = try SystemState(genesis: genesis, mix: Randao.genesisMix(genesis.hash))
        let root = state.root()
        for (key, value) in state.takeChanges() { records[key] = value }
        guard
            let header = genesis.header(
                accountsRoot: AccountTree(accounts: genesis.accounts).root, systemRoot: root,
                operationsDigest: OperationsTree([]).digest)
        else { throw Failure.badGenesis }
        tip = ChainTip(header: header, certificate: nil)
    }

    package mutating func carryOut(_ effect: ReplicaEffect) {
        switch effect {
        case .persistSignState(let state, let block): (signState, proposed) = (state, block)
        case .commit(let block): commit(block)
        default: break
        }
    }

    private mutating func commit(_ committed: CommittedBlock) {
        let height = committed.block.header.height
        tip = ChainTip(header: committed.block.header, certificate: committed.certificate)
        accounts.apply(committed.accounts)
        for (key, value) in committed.systemChanges { records[key] = value }
        operations[height] = committed.operations
        witnesses[height] = committed.witness
        blocks.append(committed)
        for old in operations.keys where old <= committed.provenHeight {
            operations[old] = nil
            witnesses[old] = nil
        }
    }

    /// What a node finds when it starts. Throws when the records are not those that the tip's header commits to.
    package func restored() throws -> RestoredChain {
        var system = try SystemState(genesis: genesis, records: records.map { ($0.key, $0.value) })
        guard system.root() == tip.header.systemRoot else { throw Failure.damaged }
        let ledger = Ledger(
            accounts: accounts, system: system, operations: operations.filter { !$0.value.isEmpty })
        guard ledger.tree.root == tip.header.accountsRoot else { throw Failure.damaged }
        return RestoredChain(tip: tip, ledger: ledger, signState: signState, proposed: proposed)
    }

    /// What a prover asks for.
    package func jobInput(_ job: Job) throws -> JobInput {
        let heights = (job.statement.firstHeight...job.statement.lastHeight)
        guard heights.allSatisfy({ operations[$0] != nil }) else { throw Failure.notStored }
        let all = heights.flatMap { operations[$0] ?? [] }
        let witness = BlockWitness.merge(heights.compactMap { witnesses[$0] })
        guard job.statement.isSubBlock else {
            return JobInput(statement: job.statement, plan: job.plan, operations: all, witness: witness)
        }
        guard job.operations.upperBound <= all.count else { throw Failure.notStored }
        return JobInput(
            statement: job.statement, plan: job.plan, operations: Array(all[job.operations]),
            witness: try witness.part(job.operations, of: all))
    }
}
