package import ByteCodec
package import ChainTypes
import ProofField
import ProvingRules
package import SystemState

/// A payload that its sender did not prove.
package enum Forgery: Hashable, Sendable {
    /// Roots of no trace, the same from every prover that sends them.
    case wrongRoots([UInt32])
    /// The roots that others committed to, in the pool or on chain.
    case copiedRoots([UInt32])
    /// Others' partial proofs, which are bound to their operator keys.
    case copiedPartials([UInt32])
    /// Another's full proof, byte for byte.
    case copiedFullProof
    /// A full proof of references to all submissions.
    case references
    /// A full proof of references to as few submissions as cover the plan, beginning with that of `first`.
    case fewestSubmissions(first: Address)
    /// Entries of the phase's form with bytes that prove nothing.
    case garbage([UInt32])
    /// More bytes than a full proof of the job has, as many as a transaction can declare at most.
    case oversize

    /// The payload's bytes; nil when what it is made of was not seen, or, for copies, when it is not complete.
    package func payload(_ job: Job, phase: ProvingPhase, seen: [SeenPayload]) -> [UInt8]? {
        switch self {
        case .wrongRoots(let instances):
            return CommitmentPayload(
                entries: instances.map { CommitmentPayload.Entry(instance: $0, root: Self.wrongRoot(job, $0)) }
            ).encoded
        case .copiedRoots(let instances): return Self.copiedRoots(instances, job, seen)?.encoded
        case .copiedPartials(let instances): return Self.copiedPartials(instances, seen)?.encoded
        case .copiedFullProof:
            return seen.first { $0.phase == phase && Self.isFullProof($0.payload) }?.payload
        case .references: return CompositeProofPayload.ofReferences(job)?.encoded
        case .fewestSubmissions(let owner): return CompositeProofPayload.ofFewest(job, first: owner)?.encoded
        case .garbage(let instances): return Self.garbage(instances, job, phase)
        case .oversize:
            return [UInt8](
                repeating: 0, count: min(Int(Limits.maxPayloadBytes), (job.plan.count + 1) * Self.aboveAnyProof))
        }
    }

    /// Bytes that no partial proof reaches: one of 2^17 rows stays below 400 kB.
    private static let aboveAnyProof = 512 << 10

    private static func wrongRoot(_ job: Job, _ instance: UInt32) -> Digest {
        var stream = SeedStream(seed: job.id, purpose: instance)
        return Digest(elements: (0..<8).map { _ in Felt(UInt32(stream.next(below: 1 << 30))) }) ?? .zero
    }

    private static func copiedRoots(_ instances: [UInt32], _ job: Job, _ seen: [SeenPayload]) -> CommitmentPayload? {
        var known = job.commitments.flatMap(\.roots).map { ($0.instance, $0.root) }
        for sight in seen where sight.phase == .t1 || sight.phase == .t1Extension {
            let entries = (try? CommitmentPayload(decoding: sight.payload))?.entries ?? []
            known += entries.map { ($0.instance, $0.root) }
        }
        let roots = Dictionary(known) { first, _ in first }
        let entries = instances.compactMap { instance in
            roots[instance].map { CommitmentPayload.Entry(instance: instance, root: $0) }
        }
        return entries.count == instances.count ? CommitmentPayload(entries: entries) : nil
    }

    private static func copiedPartials(_ instances: [UInt32], _ seen: [SeenPayload]) -> SubmissionPayload? {
        var known: [UInt32: [UInt8]] = [:]
        for sight in seen where sight.phase == .t2 {
            for entry in (try? SubmissionPayload(decoding: sight.payload))?.entries ?? []
            where known[entry.instance] == nil {
                known[entry.instance] = entry.proof
            }
        }
        let entries = instances.compactMap { instance in
            known[instance].map { SubmissionPayload.Entry(instance: instance, proof: $0) }
        }
        return entries.count == instances.count ? SubmissionPayload(entries: entries) : nil
    }

    private static func isFullProof(_ payload: [UInt8]) -> Bool {
        payload.first == PayloadKind.compositeProof.rawValue || payload.first == StandAloneProofPayload.kind
    }

    private static func garbage(_ instances: [UInt32], _ job: Job, _ phase: ProvingPhase) -> [UInt8] {
        func noise(_ instance: UInt32) -> [UInt8] { wrongRoot(job, instance).bytes }
        switch phase {
        case .t3, .t4, .t5:
            return CompositeProofPayload(
                parts: job.plan.indices.map { .inline(proof: noise(UInt32($0))) },
                bloom: SubmissionBloom(job: job, reused: []).bytes
            ).encoded
        case .aggregate:
            return AggProofPayload(
                parts: job.subBlocks.reversed().map { AggProofPayload.Part(job: $0.id, prover: $0.prover) }
            ).encoded
        case .open:
            return StandAloneProofPayload(
                entries: job.plan.indices.map {
                    StandAloneProofPayload.Entry(root: wrongRoot(job, UInt32($0)), proof: noise(UInt32($0)))
                }
            ).encoded
        default:
            return SubmissionPayload(
                entries: instances.map { SubmissionPayload.Entry(instance: $0, proof: noise($0)) }
            ).encoded
        }
    }
}

extension CompositeProofPayload {
    /// A full proof that covers the plan with few submissions: that of `first`, then each time the one that covers most
    /// of what is left, ties to the earlier in selection order. nil when an instance has no valid partial proof.
    package static func ofFewest(_ job: Job, first: Address) -> CompositeProofPayload? {
        var holders = [Address?](repeating: nil, count: job.plan.count)
        var left = job.selected.compactMap { job.submission(of: $0.owner) }
        func gain(_ submission: Submission) -> Int {
            submission.entries.count { holders.indices.contains(Int($0.instance)) && holders[Int($0.instance)] == nil }
        }
        while holders.contains(nil) {
            guard
                let best = left.indices.max(by: { a, b in
                    let (x, y) = (left[a].owner == first, left[b].owner == first)
                    if x != y { return y }
                    return (gain(left[a]), b) < (gain(left[b]), a)
                }), gain(left[best]) > 0 || left[best].owner == first
            else { return nil }
            let submission = left.remove(at: best)
            for entry in submission.entries where holders.indices.contains(Int(entry.instance)) {
                if holders[Int(entry.instance)] == nil { holders[Int(entry.instance)] = submission.owner }
            }
        }
        let used = holders.compactMap { $0 }
        return CompositeProofPayload(
            parts: used.map { .reference(prover: $0) },
            bloom: SubmissionBloom(job: job, reused: Set(used).sorted()).bytes)
    }
}
