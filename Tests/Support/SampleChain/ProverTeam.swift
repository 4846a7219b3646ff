package import ByteCodec
import ChainTypes
import Circuits
import Cryptography
package import Mempool
package import ProverRuntime
import ProvingRules
package import SystemState

/// The provers of a genesis, each doing what `ProverAction` says with real proofs, in the order of their indices.
package struct ProverTeam: Sendable {
    /// Those that work.
    package var active: [Int]
    private var provers: [Place: JobProver] = [:]

    private struct Place: Hashable {
        var job: Bytes32
        var prover: Int
    }

    /// What the pool said no to.
    package struct Refused: Hashable, Sendable {
        package var prover: Int
        package var refusal: MempoolRefusal
    }

    package init(_ active: [Int]) { self.active = active }

    /// The index of the prover of that owner.
    package static func index(of owner: Address) -> Int? { (0..<64).first { SampleGenesis.owner($0) == owner } }

    /// One round: everyone sends what it should. Returns what was refused.
    package mutating func act(on node: inout SampleNode) throws -> [Refused] {
        var refused: [Refused] = []
        for job in node.system.jobs.values where !job.isClosed {
            for prover in active {
                let action = ProverAction.next(job, owner: SampleGenesis.owner(prover), height: node.height + 1)
                guard let phase = action.phase(of: job), let payload = try payload(prover, job, action, node) else {
                    continue
                }
                let transaction = try SampleGenesis.operatorKey(prover).proving(job.id, phase, payload)
                if let refusal = try node.submit(transaction, payload: payload), refusal != .alreadyKnown {
                    refused.append(Refused(prover: prover, refusal: refusal))
                }
            }
        }
        return refused
    }

    /// The payload of an action; nil when there is nothing to send.
    package mutating func payload(
        _ prover: Int, _ job: Job, _ action: ProverAction, _ node: SampleNode
    ) throws -> [UInt8]? {
        let place = Place(job: job.id, prover: prover)
        switch action {
        case .wait: return nil
        case .aggregate: return CompositeProofPayload.ofReferences(job)?.encoded
        case .aggregateSubBlocks: return AggProofPayload(job).encoded
        case .commit(_, let instances):
            return try withProver(place, job, node) { try $0.commitments(instances) { _ in }.encoded }
        case .submit(let instances):
            return try withProver(place, job, node) { try $0.partials(instances, chain: job) { _ in }.encoded }
        case .proveAlone:
            return try withProver(place, job, node) { try $0.standAlone { _ in }.encoded }
        }
    }

    private mutating func withProver(
        _ place: Place, _ job: Job, _ node: SampleNode, _ body: (inout JobProver) throws -> [UInt8]
    ) throws -> [UInt8] {
        var prover =
            try provers[place]
            ?? JobProver(
                input: node.disk.jobInput(job), program: node.program,
                operatorKey: SampleGenesis.operatorKey(place.prover).address, threads: 2, isWanted: { true })
        let payload = try body(&prover)
        provers[place] = prover
        return payload
    }

    /// Rounds and blocks in turn until `isDone`; false when that takes more than `limit` blocks.
    package mutating func run(
        _ node: inout SampleNode, atMost limit: Int, until isDone: (SampleNode) -> Bool
    ) throws -> Bool {
        for _ in 0..<limit {
            if isDone(node) { return true }
            let refused = try act(on: &node)
            guard refused.isEmpty else { throw Failure.refused(refused) }
            try node.produce()
        }
        return isDone(node)
    }

    package enum Failure: Error { case refused([Refused]) }
}
