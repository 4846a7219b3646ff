import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import Foundation
import ProofField
import STARKCore
import STARKProver
import STARKVerifier

/// The proof of a block of 32 transfers under profile A: every instance of its plan, by stage.
struct ProvingBenchmark {
    static let transfers = 32

    func run(_ report: Report) throws {
        let threads = ProcessInfo.processInfo.activeProcessorCount
        let permutations = permutationRate()
        report.line("poseidon2", ["permutations_per_second_one_core": permutations])

        let program = try BlockProgram(parameters: .profileA)
        let input = try jobInput(program)
        guard case .success(let job) = input.validated(program: program) else { throw BenchError.input }
        let generator = TraceGenerator(job)
        let verifier = BlockJobVerifier(program: program)
        let operatorKey = Address(words: 1, 2, 3)

        var committed: [CommittedTrace] = []
        var stages: [String: Double] = [:]
        var total = 0.0
        var provers: [InstanceProver] = []
        for (index, instance) in input.plan.enumerated() {
            guard let circuit = program.circuits.circuit(id: instance.circuit),
                let trace = generator.trace(instance: index)
            else { throw BenchError.input }
            let prover = InstanceProver(circuit: circuit, parameters: program.parameters, threads: threads)
            let result = try prover.commit(trace, clock: nanoseconds)
            add(result.report, to: &stages, &total)
            committed.append(result)
            provers.append(prover)
        }
        let roots = committed.map(\.root)
        let challenge = verifier.challenge(statement: input.statement, plan: input.plan, roots: roots)
        var bytes = 0
        var verifying = 0.0
        for index in input.plan.indices {
            guard
                let binding = verifier.binding(
                    statement: input.statement, plan: input.plan, roots: roots, challenge: challenge,
                    instance: index, operatorKey: operatorKey)
            else { throw BenchError.input }
            let proven = try provers[index].prove(committed[index], binding: binding, clock: nanoseconds)
            add(proven.report, to: &stages, &total)
            bytes += proven.proof.count
            var isValid = false
            verifying += Report.seconds {
                if case .success = verifier.verifyPartial(
                    statement: input.statement, plan: input.plan, roots: roots, challenge: challenge,
                    instance: index, operatorKey: operatorKey, proof: proven.proof)
                {
                    isValid = true
                }
            }
            guard isValid else { throw BenchError.refused(index) }
        }
        let rows = generator.rows
        report.line(
            "job",
            [
                "operations": Double(input.operations.count), "instances": Double(input.plan.count),
                "tree_hash_rows": Double(rows.treeHash), "account_rows": Double(rows.accounts),
                "proving_seconds": total, "threads": Double(threads), "proof_bytes": Double(bytes),
                "verify_seconds": verifying, "peak_bytes": Double(FeltMatrix.peakBytes),
                "rows_per_second": Double(rows.treeHash + rows.accounts) / total,
                "ratio_rows_to_permutations": Double(rows.treeHash + rows.accounts) / total / permutations,
            ])
        report.line("job_stage_share", stages.mapValues { $0 / total })
    }

    private let nanoseconds: () -> UInt64 = { DispatchTime.now().uptimeNanoseconds }

    private func add(_ cost: ProvingReport, to stages: inout [String: Double], _ total: inout Double) {
        for (stage, time) in cost.stages {
            stages[stage.rawValue, default: 0] += Double(time) / 1e9
            total += Double(time) / 1e9
        }
    }

    private func permutationRate() -> Double {
        let count = 1 << 18
        let nodes = (0..<2 * count).map { node in
            Digest(elements: (0..<8).map { Felt(UInt32(node + $0)) }) ?? .zero
        }
        let seconds = Report.seconds { _ = Poseidon2.compressLevel(nodes) }
        return Double(count) / seconds
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
            throw BenchError.input
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

enum BenchError: Error, CustomStringConvertible {
    case input
    case refused(Int)
    case noGenesis(String)

    var description: String {
        switch self {
        case .input: "the benchmark's job could not be made"
        case .noGenesis(let path): "there is no \(path) here: run this from the repository's root"
        case .refused(let index): "the verifier refuses the proof of instance \(index)"
        }
    }
}
