import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKSamples
import STARKVerifier

/// Proofs as bytes.
enum ProofTargets {
    private static let job = try? SampleJob(parameters: .insecureTest, logHeight: 8)

    static var seeds: [[UInt8]] { job.map { $0.proofs.map(\.proof) } ?? [] }

    /// Header and openings of any bytes: reading and writing are inverse, and the verifier says no. The proofs of the
    /// sample job itself are seeds: it says yes to exactly these.
    static func decode(_ bytes: [UInt8]) {
        guard let job else { return require(false, "the sample job is proven") }
        for (index, circuit) in job.circuits.circuits.enumerated() {
            let verdict = InstanceVerifier.verify(
                bytes, binding: job.bindings[index], circuit: circuit, parameters: job.parameters)
            if case .success = verdict { require(bytes == job.proofs[index].proof, "one proof is accepted") }
            guard let shape = ProofShape(circuit: circuit, logHeight: 8, parameters: job.parameters) else {
                return require(false, "the sample's height is allowed")
            }
            var reader = ProofReader(bytes)
            guard let header = try? reader.header(shape) else { continue }
            // Positions from the bytes themselves, so that the second half is read as well.
            let positions = QueryPlan.distinct(
                bytes.prefix(16).map { Int($0) << (shape.domainLog - 8) }.sorted())
            let openings = try? reader.openings(shape, QueryPlan(shape: shape, positions: positions))
            var writer = ProofWriter(capacity: bytes.count)
            writer.write(header)
            if let openings { writer.write(openings) }
            // The header alone ends inside of a byte.
            let written = openings == nil ? writer.bytes.dropLast() : writer.bytes[...]
            require(written == bytes.prefix(written.count), "a proof has one encoding")
            if openings != nil { require(written.count == bytes.count, "nothing trails") }
        }
    }

    /// A valid proof with all that its verifier is given.
    private struct Proven {
        let proof: [UInt8]
        let binding: InstanceBinding
        let circuit: RecordedCircuit
        let sum: BusSum

        init(_ proof: [UInt8], _ binding: InstanceBinding, _ circuit: RecordedCircuit) throws(ProofRejection) {
            (self.proof, self.binding, self.circuit) = (proof, binding, circuit)
            sum = try InstanceVerifier.verify(
                proof, binding: binding, circuit: circuit, parameters: .insecureTest
            ).get()
        }
    }

    /// The two proofs of the sample job, then one of each of the block's own circuits.
    private static let proven = try? sampleProofs() + blockProofs()

    private static func sampleProofs() throws -> [Proven] {
        let job = try SampleJob(parameters: .insecureTest, logHeight: 8)
        return try job.circuits.circuits.indices.map {
            try Proven(job.proofs[$0].proof, job.bindings[$0], job.circuits.circuits[$0])
        }
    }

    /// A job of one debit: `TreeHash` and `Accounts` at 2^8.
    private static func blockProofs() throws -> [Proven] {
        let program = try BlockProgram(parameters: .insecureTest)
        let account = Account(address: Address(words: 1, 2, 3), balance: 100)
        let operation = AccountOperation(
            index: 0, address: account.address, incrementsNonce: true, amount: 30, isDebit: true, creates: false)
        let (before, operations) = (AccountTree(accounts: [account]), OperationsTree([operation]))
        let statement = JobStatement(
            chainId: 1, programHash: program.programHash, firstHeight: 1, lastHeight: 1, lastBlockHash: .zero,
            subBlock: 0, subBlockCount: 1, operationCount: 1, operationsDigest: operations.digest,
            operationsRoot: operations.root, before: before.root,
            after: AccountTree(accounts: [try operation.applied(to: account)]).root, attempt: 0)
        let input = JobInput(
            statement: statement, plan: try Planner(program: program, maxInstanceLogHeight: 8).plan([operation]).get(),
            operations: [operation],
            witness: BlockWitness.collect(touched: [BlockWitness.Leaf(index: 0, account: account)], reader: before))
        let generator = TraceGenerator(try input.validated(program: program).get())
        return try program.circuits.circuits.indices.compactMap { instance in
            let circuit = program.circuits.circuits[instance]
            guard let trace = generator.trace(instance: instance) else { return nil }
            // Told no lie, it is an honest prover.
            let (proof, binding) = try DishonestProver().prove(trace, circuit: circuit, parameters: .insecureTest)
            return try Proven(proof, binding, circuit)
        }
    }

    /// The first byte says which valid proof, by its lowest bit of the two and by its highest of which job. The rest is
    /// a list of changes to it, five bytes each: place (3), what (1), with what (1).
    static func verifyMutated(_ bytes: [UInt8]) {
        guard let proven, proven.count == 4 else { return require(false, "the samples are proven") }
        guard !bytes.isEmpty else { return }
        let sample = proven[Int(bytes[0] & 1) + 2 * Int(bytes[0] >> 7)]
        let original = sample.proof
        var proof = original
        var rest = bytes.dropFirst()
        while rest.count >= 5, !proof.isEmpty {
            let change = Array(rest.prefix(5))
            rest = rest.dropFirst(5)
            let place = (Int(change[0]) << 16 | Int(change[1]) << 8 | Int(change[2])) % proof.count
            let word = place & ~3
            switch change[3] % 8 {
            case 0: proof[place] ^= change[4]
            case 1: proof[place] = change[4]
            case 2: proof[place] &+= change[4]
            case 3: proof.removeSubrange(place..<min(proof.count, place + Int(change[4])))
            case 4: proof.insert(contentsOf: [UInt8](repeating: change[4], count: 4), at: word)
            case 5: proof.swapAt(place, (place + Int(change[4])) % proof.count)
            case 6:
                let source = (place * 7 + Int(change[4]) * 32) % proof.count
                for offset in 0..<32 where place + offset < proof.count && source + offset < proof.count {
                    proof[place + offset] = proof[source + offset]
                }
            default:
                let mutation = ProofMutation.allCases[Int(change[4]) % ProofMutation.allCases.count]
                let element = place * 8 / 31
                if element < PackedProof.count(proof) {
                    proof = mutation.applied(to: proof, element: element) ?? proof
                }
            }
        }
        let verdict = InstanceVerifier.verify(
            proof, binding: sample.binding, circuit: sample.circuit, parameters: .insecureTest)
        if case .success(let sum) = verdict {
            require(proof == original && sum == sample.sum, "a changed proof is refused")
        } else {
            require(proof != original, "the proof itself is accepted")
        }
    }
}
