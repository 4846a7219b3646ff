import AccountTree
import ByteCodec
import ChainTypes
import Cryptography
import Execution
import Mempool
import ProverRuntime
import Replica
import SampleChain
import SystemState
import Testing

/// A chain of four provers whose first job was made by three transfers, at a phase of it.
struct ProvenJobScenario: Sendable {
    var node: SampleNode
    var team = ProverTeam([0, 1, 2, 3])

    /// At the block that selected the provers: T1 is open.
    init(_ change: (inout Genesis) -> Void = { _ in }) throws {
        node = try SampleNode(SampleGenesis.make(change))
        for user in 0..<3 {
            try node.transfer(from: user, to: SampleGenesis.user(user + 1).address, value: 1_000 + UInt128(user))
        }
        try node.produce(2)
    }

    static let atT1 = Result { try ProvenJobScenario() }
    /// Everyone selected committed.
    static let atT2 = Result {
        var scenario = try atT1.get()
        try scenario.round()
        return scenario
    }
    /// Everyone selected proved.
    static let atT3 = Result {
        var scenario = try atT2.get()
        try scenario.round()
        return scenario
    }

    var job: Job {
        get throws { try #require(node.system.jobs[1]) }
    }

    /// Everyone sends what it should, and a block is made.
    mutating func round() throws {
        #expect(try team.act(on: &node) == [])
        try node.produce()
    }

    /// The selected provers by rank, and the others.
    var selected: [Int] {
        get throws { try job.selected.compactMap { ProverTeam.index(of: $0.owner) } }
    }
    var others: [Int] {
        get throws {
            let selected = try selected
            return (0..<4).filter { !selected.contains($0) }
        }
    }

    /// What an honest prover would send now.
    mutating func honest(_ prover: Int) throws -> [UInt8] {
        let job = try job
        let action = ProverAction.next(job, owner: SampleGenesis.owner(prover), height: node.height + 1)
        return try #require(try team.payload(prover, job, action, node))
    }

    mutating func submit(_ prover: Int, _ phase: ProvingPhase, _ payload: [UInt8]) throws -> MempoolRefusal? {
        let transaction = try SampleGenesis.operatorKey(prover).proving(job.id, phase, payload)
        return try node.submit(transaction, payload: payload)
    }

    func prover(_ index: Int) throws -> Prover { try #require(node.system.provers[SampleGenesis.owner(index)]) }

    /// The block that a careless builder would make of one proving transaction, executed on the tip.
    func execute(
        _ prover: Int, _ phase: ProvingPhase, _ payload: [UInt8]
    ) throws -> (Result<Receipt, InclusionRefusal>, ExecutedBlock) {
        let replica = node.replica
        let proposer = SampleGenesis.validator.address
        var executor = BlockExecutor(
            context: ExecutionContext(
                height: node.height + 1, proposer: proposer, baseFee: replica.nextBaseFee, mix: replica.tip.header.mix),
            parentHash: replica.tip.hash, state: replica.ledger.system, accounts: replica.ledger.accounts,
            tree: replica.ledger.tree, preparer: JobFeed(ledger: replica.ledger, program: replica.checker.program),
            verifier: replica.checker)
        let transaction = try SampleGenesis.operatorKey(prover).proving(job.id, phase, payload)
        let result = try executor.apply(ExecutableTransaction(transaction: transaction, evidence: .payload(payload)))
        return (result, executor.finish())
    }
}

extension MempoolRefusal {
    /// The name of the proving rules' refusal.
    var provingName: String? {
        if case .provingRefused(let name, _) = self { name } else { nil }
    }
}
