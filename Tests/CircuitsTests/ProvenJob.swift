import ByteCodec
import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKProver
import STARKSamples
import STARKVerifier
import Testing

/// A job of a ledger with all its proofs.
struct ProvenJob {
    let input: JobInput
    let verifier: BlockJobVerifier
    let roots: [Digest]
    let challenge: Digest
    let proofs: [[UInt8]]
    static let operatorKey = Address(words: 1, 2, 3)

    /// What a chain would be given: every part can be another than was proven.
    struct Claim {
        var statement: JobStatement
        var plan: [PlannedInstance]
        var roots: [Digest]
        var keys: [Address]
        var proofs: [[UInt8]]
    }

    init(_ input: JobInput, _ program: BlockProgram) throws {
        let generator = TraceGenerator(try input.validated(program: program).get())
        let traces = try input.plan.indices.map { try #require(generator.trace(instance: $0)) }
        try self.init(input, program, traces: traces)
    }

    /// Proves these traces, whatever they hold.
    init(_ input: JobInput, _ program: BlockProgram, traces: [FeltMatrix]) throws {
        self.input = input
        verifier = BlockJobVerifier(program: program)
        var committed: [(InstanceProver, CommittedTrace)] = []
        for (position, planned) in input.plan.enumerated() {
            let circuit = try #require(program.circuits.circuit(id: planned.circuit))
            let prover = InstanceProver(circuit: circuit, parameters: program.parameters, threads: 1)
            committed.append((prover, try prover.commit(traces[position])))
        }
        let roots = committed.map(\.1.root)
        let challenge = verifier.challenge(statement: input.statement, plan: input.plan, roots: roots)
        var proofs: [[UInt8]] = []
        for (position, (prover, trace)) in committed.enumerated() {
            let binding = try #require(
                verifier.binding(
                    statement: input.statement, plan: input.plan, roots: roots, challenge: challenge,
                    instance: position, operatorKey: Self.operatorKey))
            proofs.append(try prover.prove(trace, binding: binding).proof)
        }
        (self.roots, self.challenge, self.proofs) = (roots, challenge, proofs)
    }

    func verify(
        _ instance: Int, statement: JobStatement? = nil, key: Address = operatorKey, proof: [UInt8]? = nil
    ) -> Result<BusSum, ProofRejection> {
        verifier.verifyPartial(
            statement: statement ?? input.statement, plan: input.plan, roots: roots, challenge: challenge,
            instance: instance, operatorKey: key, proof: proof ?? proofs[instance])
    }

    var claim: Claim {
        Claim(
            statement: input.statement, plan: input.plan, roots: roots,
            keys: input.plan.map { _ in Self.operatorKey }, proofs: proofs)
    }

    /// Whether a chain would take the claim.
    func accepts(_ claim: Claim) -> Bool { refusal(of: claim) == nil }

    /// Why a chain does not take a claim.
    enum Refusal: Equatable {
        case statement, plan, instanceCount
        case instance(Int, ProofRejection)
        case unbalanced
    }

    /// As a chain judges: statement, plan, the challenge over the roots, every proof, the balance.
    func refusal(of claim: Claim) -> Refusal? {
        let (statement, plan, roots) = (claim.statement, claim.plan, claim.roots)
        guard verifier.isConsistent(statement) else { return .statement }
        guard verifier.check(plan: plan, statement: statement) == nil else { return .plan }
        guard roots.count == plan.count, claim.proofs.count == plan.count else { return .instanceCount }
        let challenge = verifier.challenge(statement: statement, plan: plan, roots: roots)
        var sums: [BusSum] = []
        for instance in plan.indices {
            let verdict = verifier.verifyPartial(
                statement: statement, plan: plan, roots: roots, challenge: challenge, instance: instance,
                operatorKey: claim.keys[instance], proof: claim.proofs[instance])
            switch verdict {
            case .success(let sum): sums.append(sum)
            case .failure(let rejection): return .instance(instance, rejection)
            }
        }
        return verifier.isBalanced(statement: statement, challenge: challenge, sums: sums) ? nil : .unbalanced
    }

    /// The verdict on another proof of an instance: one whose quotient value out of the domain is made up so that the
    /// constraints' identity holds.
    func verdictOnForcedIdentity(_ instance: Int, _ trace: FeltMatrix) throws -> Result<BusSum, ProofRejection> {
        let binding = try #require(
            verifier.binding(
                statement: input.statement, plan: input.plan, roots: roots, challenge: challenge, instance: instance,
                operatorKey: Self.operatorKey))
        let circuit = try #require(verifier.program.circuits.circuit(id: binding.circuit))
        var prover = DishonestProver()
        prover.forcesIdentity = true
        let (proof, _) = try prover.prove(trace, circuit: circuit, parameters: verifier.program.parameters) { _ in
            binding
        }
        return verify(instance, proof: proof)
    }
}
