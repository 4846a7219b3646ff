import ByteCodec
import ChainTypes
import ProverRuntime
import SeededRandom
import SystemState

/// A prover of a random run: what it tries, how often it fails, and what it damages.
struct RandomProver: Sendable {
    let index: Int
    private var strategy: ProverStrategy
    /// Per cent of its moves that it does not come to.
    private var misses: Int
    /// Per cent of its payloads in which a bit is flipped.
    private var damages: Int
    /// One of those on whom the end of the run relies: it damages nothing, forges nothing and does not leave.
    let isCore: Bool
    private var hasCrashed = false

    var owner: Address { LabKeys.owner(index) }
    var watchesOthers: Bool { strategy.watchesOthers }

    init(index: Int, isCore: Bool, _ random: inout SplitMix64) {
        self.index = index
        self.isCore = isCore
        let harmless: [ProverStrategy] = [.honest, .honest, .honest, .late, .withholding, .censoring, .freeRider]
        let any = ProverStrategy.all + [.honest, .honest, .honest, .honest, .honest, .wrongRoot]
        strategy = random.pick(isCore ? harmless : any)
        misses = random.pick([0, 0, 20, 50, 90, 98])
        damages = isCore ? 0 : random.pick([0, 0, 0, 10, 50])
    }

    /// From now on it does its part.
    mutating func comeToOrder() {
        guard isCore else { return }
        (strategy, misses, damages) = (.honest, 0, 0)
    }

    /// What it sends for a job in the next block; nil when nothing.
    mutating func proof(
        _ job: Job, _ chain: LabChain, seen: [SeenPayload], _ random: inout SplitMix64
    ) -> LabProof? {
        guard !hasCrashed, let prover = chain.state.provers[owner], !random.percent(misses) else { return nil }
        let next = chain.height + 1
        let key = prover.operatorKey(at: next)
        let move = strategy.move(job, owner: owner, height: next, seen: seen)
        guard let phase = move.phase(of: job) else { return nil }
        var payload: [UInt8]?
        var isAsAsked = false
        switch move {
        case .wait: return nil
        case .crash:
            hasCrashed = true
            return nil
        case .forge(_, let forgery): payload = forgery.payload(job, phase: phase, seen: seen)
        case .work(let action):
            payload = StandInWork.payload(action, job, operatorKey: key)
            isAsAsked = true
        }
        guard var payload else { return nil }
        if !payload.isEmpty, random.percent(damages) {
            payload[random.below(payload.count)] ^= 1 << UInt8(random.below(8))
            isAsAsked = false
        }
        return chain.proof(
            payload, job: job.number, phase: phase, owner: owner, operatorKey: key, isAsAsked: isAsAsked)
    }
}

extension Prover {
    /// The operator key that signs in the block at `height`.
    func operatorKey(at height: UInt64) -> Address {
        if let pending = pendingOperator, pending.height <= height { pending.key } else { operatorKey }
    }
}
