import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKProver
import STARKVerifier
import Testing

/// Proves small jobs end to end.
struct BlockProofTests {
    private func input(_ program: BlockProgram, limit: UInt8) throws -> JobInput {
        var scenario = LedgerScenario(balances: [100, 20, 7])
        try scenario.debit(0, 30)
        try scenario.credit(1, 25)
        try scenario.credit(2, 5)
        try scenario.debit(1, 45)
        try scenario.create(LedgerScenario.address(50), 45)
        return try scenario.input(program, maxInstanceLogHeight: limit)
    }

    @Test(arguments: [8, 11] as [UInt8])
    func aJobIsProvenAndVerified(limit: UInt8) throws {
        let job = try ProvenJob(input(testProgram.get(), limit: limit), testProgram.get())
        let sums = try job.proofs.indices.map { try job.verify($0).get() }
        let (verifier, statement) = (job.verifier, job.input.statement)
        #expect(verifier.check(plan: job.input.plan, statement: statement) == nil)
        #expect(verifier.isBalanced(statement: statement, challenge: job.challenge, sums: sums))
        for (proof, planned) in zip(job.proofs, job.input.plan) {
            #expect(proof.count <= verifier.maxProofBytes(planned))
        }

        // A sum left out, another root after, another count of operations.
        #expect(!verifier.isBalanced(statement: statement, challenge: job.challenge, sums: sums.dropLast()))
        var other = statement
        other.after = other.before
        #expect(!verifier.isBalanced(statement: other, challenge: job.challenge, sums: sums))
        other = statement
        other.operationCount += 1
        #expect(!verifier.isConsistent(other))
        #expect(!verifier.isBalanced(statement: other, challenge: job.challenge, sums: sums))

        // Another operator's, another job's, another instance's, no proof.
        #expect(throws: ProofRejection.self) { try job.verify(0, key: .zero).get() }
        other = statement
        other.attempt = 1
        #expect(throws: ProofRejection.self) { try job.verify(0, statement: other).get() }
        #expect(throws: ProofRejection.self) { try job.verify(0, proof: job.proofs[1]).get() }
        #expect(job.verify(0, proof: []) == .failure(.wrongLength))
        #expect(job.verify(job.proofs.count, proof: []) == .failure(.circuitMismatch))
    }

    @Test func aJobUnderProfileA() throws {
        let program = try BlockProgram(parameters: .profileA)
        let job = try ProvenJob(input(program, limit: 11), program)
        let sums = try job.proofs.indices.map { try job.verify($0).get() }
        #expect(job.verifier.isBalanced(statement: job.input.statement, challenge: job.challenge, sums: sums))
        let testHash = try testProgram.get().programHash
        #expect(program.programHash != testHash)
    }

    @Test func theChallengeBindsStatementPlanAndRoots() throws {
        let input = try input(testProgram.get(), limit: 11)
        let verifier = BlockJobVerifier(program: try testProgram.get())
        let roots = input.plan.indices.map { _ in input.statement.before }
        func challenge(_ tamper: (inout JobStatement, inout [PlannedInstance], inout [Digest]) -> Void) -> Digest {
            var (statement, plan, roots) = (input.statement, input.plan, roots)
            tamper(&statement, &plan, &roots)
            return verifier.challenge(statement: statement, plan: plan, roots: roots)
        }
        let all = [
            challenge { _, _, _ in }, challenge { s, _, _ in s.chainId += 1 }, challenge { s, _, _ in s.attempt += 1 },
            challenge { s, _, _ in s.after[0] += .one }, challenge { s, _, _ in s.before[0] += .one },
            challenge { s, _, _ in s.operationsRoot[0] += .one }, challenge { s, _, _ in s.operationCount += 1 },
            challenge { s, _, _ in s.programHash[0] += .one }, challenge { _, p, _ in p[0].weight += 1 },
            challenge { _, p, _ in p[0].logHeight += 3 }, challenge { _, p, _ in p[1].circuit += 1 },
            challenge { _, _, r in r[1][7] += .one }, challenge { _, _, r in r.removeLast() },
        ]
        #expect(Set(all).count == all.count)
    }

    @Test(arguments: [0, 1 << 16, 1 << 28 + 1, .max] as [UInt32])
    func totalOnImpossibleCounts(count: UInt32) throws {
        let input = try input(testProgram.get(), limit: 11)
        let verifier = BlockJobVerifier(program: try testProgram.get())
        var statement = input.statement
        statement.operationCount = count
        statement.operationsDigest = OperationsTree.digest(count: count, root: statement.operationsRoot)
        #expect(!verifier.isConsistent(statement))
        #expect(!verifier.isBalanced(statement: statement, challenge: statement.before, sums: []))
        #expect(verifier.check(plan: input.plan, statement: statement) == nil)
    }

    @Test func totalOnForeignPlans() throws {
        let verifier = BlockJobVerifier(program: try testProgram.get())
        let statement = try input(testProgram.get(), limit: 11).statement
        for plan in [
            [PlannedInstance(circuit: 9, logHeight: 8, weight: 1)],
            [PlannedInstance(circuit: 1, logHeight: 255, weight: 1)],
        ] {
            let result = verifier.verifyPartial(
                statement: statement, plan: plan, roots: [.zero], challenge: .zero, instance: 0, operatorKey: .zero,
                proof: [1, 2, 3])
            #expect(throws: ProofRejection.self) { try result.get() }
            #expect(verifier.check(plan: plan, statement: statement) != nil)
            #expect(verifier.maxProofBytes(plan[0]) == 0)
        }
    }
}
