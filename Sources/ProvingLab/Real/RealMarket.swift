import ByteCodec
package import ChainTypes
import Cryptography
import Mempool
import ProverRuntime
import ProvingRules
import Replica
import SystemState

/// What a market with real proofs came to, from the ledger.
package struct RealReport: Sendable {
    package var jobs = 0
    package var proven = 0
    package var retries = 0
    /// Payloads that the pool refused, by name.
    package var refused: [String: Int] = [:]
    package var attackers = MarketBook()
    package var others = MarketBook()
    package var height: UInt64 = 0
    package var isConserved = false
}

/// Provers of given strategies on a production replica, with real proofs: each does what the sidecar does, the same
/// moves, the same payloads, the same pool.
package struct RealMarket {
    private let strategies: [ProverStrategy]
    private let attackers: Int
    private var chain: RealChain
    private var provers: [Place: JobProver] = [:]
    private var crashed: Set<Int> = []
    private var seen: [Bytes32: [SeenPayload]] = [:]
    private var refused: [String: Int] = [:]

    private struct Place: Hashable {
        var job: Bytes32
        var prover: Int
    }

    /// The first `attackers` of `strategies` are counted as attackers.
    package static func play(
        _ strategies: [ProverStrategy], attackers: Int, parameters: ProvingParameters, jobs: Int, seed: UInt64
    ) throws -> RealReport {
        var market = RealMarket(
            strategies: strategies, attackers: attackers,
            chain: try RealChain(parameters: parameters, provers: strategies.count, seed: seed))
        for _ in 0..<jobs { try market.proveOneBlock() }
        return try market.report()
    }

    private init(strategies: [ProverStrategy], attackers: Int, chain: RealChain) {
        self.strategies = strategies
        self.attackers = attackers
        self.chain = chain
    }

    /// Blocks that one job may take before it counts as not proven.
    private static let patience = 300

    private mutating func proveOneBlock() throws {
        try chain.transfer()
        try chain.produce()
        var left = Self.patience
        while left > 0,
            chain.system.provenHeight < chain.height || chain.system.jobs.values.contains(where: { !$0.isClosed })
        {
            try round()
            try chain.produce()
            left -= 1
        }
        provers = [:]
    }

    private struct Sending {
        var prover: Int
        var transaction: VerifiedTransaction
        var payload: [UInt8]
    }

    /// Everyone sends what its strategy says. Copies are on the way before what they copy is in the pool.
    private mutating func round() throws {
        let jobs = chain.system.jobs.values.filter { !$0.isClosed }
        var own: [Sending] = []
        var copied: [Sending] = []
        for watching in [false, true] {
            for job in jobs {
                let pending = own.compactMap { sending -> SeenPayload? in
                    guard let proving = sending.transaction.proving, proving.jobId == job.id else { return nil }
                    return SeenPayload(
                        operatorKey: sending.transaction.sender, phase: proving.phase, payload: sending.payload)
                }
                for prover in strategies.indices where strategies[prover].watchesOthers == watching {
                    guard let sending = try sending(prover, job, (seen[job.id] ?? []) + pending) else { continue }
                    if watching { copied.append(sending) } else { own.append(sending) }
                }
            }
        }
        for sending in copied + own { try offer(sending) }
    }

    private mutating func offer(_ sending: Sending) throws {
        guard let proving = sending.transaction.proving else { return }
        if let refusal = try chain.submit(sending.transaction, payload: sending.payload) {
            if refusal != .alreadyKnown { refused[Self.name(refusal), default: 0] += 1 }
        } else {
            seen[proving.jobId, default: []].append(
                SeenPayload(
                    operatorKey: sending.transaction.sender, phase: proving.phase, payload: sending.payload))
        }
    }

    private static func name(_ refusal: MempoolRefusal) -> String {
        if case .provingRefused(let name, _) = refusal { name } else { "\(refusal)" }
    }

    private mutating func sending(_ prover: Int, _ job: Job, _ seen: [SeenPayload]) throws -> Sending? {
        guard !crashed.contains(prover) else { return nil }
        let owner = try RealChain.key("owner \(prover)").publicKey.address
        let key = try RealChain.key("operator \(prover)")
        let move = strategies[prover].move(job, owner: owner, height: chain.height + 1, seen: seen)
        guard let phase = move.phase(of: job) else { return nil }
        let payload: [UInt8]?
        switch move {
        case .wait: return nil
        case .forge(_, let forgery): payload = forgery.payload(job, phase: phase, seen: seen)
        case .work(let action): payload = try work(action, prover, job)
        case .crash(let action):
            _ = try work(action, prover, job)
            crashed.insert(prover)
            return nil
        }
        guard let payload else { return nil }
        let transaction = try ProvingTransaction(
            chainId: LabGenesis.chainId, jobId: job.id, phase: phase, maxPriorityFeePerGas: Unit.gwei / 10,
            maxFeePerGas: 100 * Unit.gwei, payloadDigest: Payload.digest(of: payload),
            payloadLength: UInt32(clamping: payload.count)
        ).sign(with: key)
        return Sending(prover: prover, transaction: transaction, payload: payload)
    }

    /// The payload of an honest action by real proving; nil when the roots on chain are not the own ones.
    private mutating func work(_ action: ProverAction, _ prover: Int, _ job: Job) throws -> [UInt8]? {
        switch action {
        case .wait: return nil
        case .aggregate: return CompositeProofPayload.ofReferences(job)?.encoded
        case .aggregateSubBlocks: return AggProofPayload(job).encoded
        case .commit, .submit, .proveAlone: break
        }
        let place = Place(job: job.id, prover: prover)
        var worker =
            try provers[place]
            ?? JobProver(
                input: chain.jobInput(job), program: chain.program,
                operatorKey: RealChain.key("operator \(prover)").publicKey.address, threads: 1, isWanted: { true })
        defer { provers[place] = worker }
        do throws(JobProverError) {
            switch action {
            case .commit(_, let instances): return try worker.commitments(instances) { _ in }.encoded
            case .submit(let instances): return try worker.partials(instances, chain: job) { _ in }.encoded
            case .proveAlone: return try worker.standAlone { _ in }.encoded
            case .aggregate, .aggregateSubBlocks, .wait: return nil
            }
        } catch .rootChanged {
            return nil
        }
    }

    // MARK: - The ledger

    private func report() throws -> RealReport {
        var report = RealReport()
        let system = chain.system
        report.height = chain.height
        report.isConserved = (try? system.checkConservation(accountsTotal: chain.replica.ledger.accounts.total)) != nil
        report.refused = refused
        let jobs = Array(system.jobs.values)
        report.jobs = jobs.count { $0.statement.attempt == 0 }
        report.proven = jobs.count { $0.provenAt != nil }
        report.retries = jobs.count { $0.outcome == .retried }
        for index in strategies.indices {
            let owner = try RealChain.key("owner \(index)").publicKey.address
            let recipient = try RealChain.key("recipient \(index)").publicKey.address
            var book = MarketBook()
            book.rewards = system.claimable[recipient] ?? 0
            book.selected = jobs.count { $0.rank(of: owner) != nil }
            for payment in jobs.flatMap(\.payments) where payment.account == .prover(owner) {
                if payment.isPenalty {
                    book.penalties += payment.amount
                } else {
                    book.byReason[payment.reason, default: 0] += payment.amount
                }
            }
            let lost = 10 * system.parameters.minimumStake - (system.provers[owner]?.total ?? 0)
            book.fees = lost - min(lost, book.penalties)
            if index < attackers {
                report.attackers = report.attackers + book
            } else {
                report.others = report.others + book
            }
        }
        return report
    }
}
