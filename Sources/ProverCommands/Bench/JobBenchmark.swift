import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKProver

/// The job of a devnet block: 64 operations, every instance of its plan proven and verified.
struct JobBenchmark {
    struct Result {
        let operations: Int
        let instances: Int
        let rows: Int
        let threads: Int
        let traceSeconds: Double
        let commitSeconds: Double
        let proveSeconds: Double
        let workSeconds: Double
        let bytes: Int
        let verifySeconds: Double
    }

    static let transfers = 32
    let parameters: ProofParameters
    let threads: Int

    func run() throws -> Result {
        let program = try BlockProgram(parameters: parameters)
        let input = try jobInput(program)
        guard case .success(let job) = input.validated(program: program) else { throw BenchmarkFailure.job }
        let generator = TraceGenerator(job)
        var traces: [FeltMatrix] = []
        let tracing = ProcessTime.of { traces = input.plan.indices.compactMap { generator.trace(instance: $0) } }
        var committed: [(InstanceProver, CommittedTrace)] = []
        let committing = try ProcessTime.of {
            for (planned, trace) in zip(input.plan, traces) {
                guard let circuit = program.circuits.circuit(id: planned.circuit) else { throw BenchmarkFailure.job }
                let prover = InstanceProver(circuit: circuit, parameters: parameters, threads: threads)
                committed.append((prover, try prover.commit(trace)))
            }
        }
        let verifier = BlockJobVerifier(program: program)
        let (roots, key) = (committed.map(\.1.root), Address(words: 1, 2, 3))
        let challenge = verifier.challenge(statement: input.statement, plan: input.plan, roots: roots)
        var proofs: [ProvenInstance] = []
        let proving = try ProcessTime.of {
            for (instance, (prover, trace)) in committed.enumerated() {
                let binding = verifier.binding(
                    statement: input.statement, plan: input.plan, roots: roots, challenge: challenge,
                    instance: instance, operatorKey: key)
                guard let binding else { throw BenchmarkFailure.job }
                proofs.append(try prover.prove(trace, binding: binding, clock: { ProcessTime.cpuNanoseconds }))
            }
        }
        let verifying = try ProcessTime.of {
            var sums: [BusSum] = []
            for instance in proofs.indices {
                let verdict = verifier.verifyPartial(
                    statement: input.statement, plan: input.plan, roots: roots, challenge: challenge,
                    instance: instance, operatorKey: key, proof: proofs[instance].proof)
                guard case .success(let sum) = verdict else { throw BenchmarkFailure.refused("instance \(instance)") }
                sums.append(sum)
            }
            guard verifier.isBalanced(statement: input.statement, challenge: challenge, sums: sums) else {
                throw BenchmarkFailure.refused("the job")
            }
        }
        let work = proofs.flatMap(\.report.stages).filter { $0.stage == .work }.reduce(0) { $0 + $1.time }
        let rows = generator.rows
        return Result(
            operations: input.operations.count, instances: input.plan.count, rows: rows.treeHash + rows.accounts,
            threads: threads, traceSeconds: tracing.cpuSeconds, commitSeconds: committing.cpuSeconds,
            proveSeconds: proving.cpuSeconds, workSeconds: Double(work) / 1e9,
            bytes: proofs.reduce(0) { $0 + $1.proof.count }, verifySeconds: verifying.cpuSeconds)
    }

    /// Transfers among 1,024 accounts.
    private func jobInput(_ program: BlockProgram) throws -> JobInput {
        let accounts = (0..<1_024).map {
            Account(address: Address(words: UInt64($0), 1, 2), balance: 1_000 * Unit.cairn)
        }
        let tree = AccountTree(accounts: accounts)
        var changed: [LeafIndex: Account] = [:]
        var operations: [AccountOperation] = []
        for transfer in 0..<Self.transfers {
            for (leaf, isDebit) in [(transfer * 31 % 1_024, true), (transfer * 57 % 1_024 + 1, false)] {
                var account = changed[LeafIndex(leaf)] ?? accounts[leaf]
                let amount = UInt128(transfer + 1)
                account.balance = isDebit ? account.balance - amount : account.balance + amount
                if isDebit { account.nonce += 1 }
                changed[LeafIndex(leaf)] = account
                operations.append(
                    AccountOperation(
                        index: LeafIndex(leaf), address: account.address, incrementsNonce: isDebit, amount: amount,
                        isDebit: isDebit, creates: false))
            }
        }
        let updates = tree.updates(changed.map { IndexedAccount(index: $0.key, account: $0.value) })
        let touched = changed.keys.sorted().map { BlockWitness.Leaf(index: $0, account: accounts[Int($0)]) }
        guard case .success(let plan) = Planner(program: program, maxInstanceLogHeight: 11).plan(operations) else {
            throw BenchmarkFailure.job
        }
        let list = OperationsTree(operations)
        let statement = JobStatement(
            chainId: 1, programHash: program.programHash, firstHeight: 1, lastHeight: 1, lastBlockHash: .zero,
            subBlock: 0, subBlockCount: 1, operationCount: UInt32(operations.count), operationsDigest: list.digest,
            operationsRoot: list.root, before: tree.root, after: updates.root, attempt: 0)
        return JobInput(
            statement: statement, plan: plan, operations: operations,
            witness: BlockWitness.collect(touched: touched, reader: tree))
    }
}
