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

    /// The input is a list of changes to a valid proof, five bytes each: place (3), what (1), with what (1).
    static func verifyMutated(_ bytes: [UInt8]) {
        guard let job, !bytes.isEmpty else { return }
        let index = Int(bytes[0] & 1)
        let original = job.proofs[index].proof
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
            proof, binding: job.bindings[index], circuit: job.circuits.circuits[index], parameters: job.parameters)
        if case .success(let sum) = verdict {
            require(proof == original && sum == job.sums[index], "a changed proof is refused")
        } else {
            require(proof != original, "the proof itself is accepted")
        }
    }
}
