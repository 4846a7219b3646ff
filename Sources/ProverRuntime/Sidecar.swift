import ByteCodec
package import ChainTypes
import Circuits
import Cryptography
import Dispatch
package import Logging
import ProofField
import ProvingRules
import STARKCore
import Synchronization
package import SystemState

/// Watches a node, derives from the chain's state what to do, proves it, and sends it: again and again while the phase
/// lasts, until the chain's state shows it. Work whose phase has passed is dropped.
package actor Sidecar {
    private let node: any NodeLink
    private let options: SidecarOptions
    private let log: Logger
    private let operatorKey: Address
    private let folder: WorkFolder
    private let queue = DispatchQueue(label: "cairn.prover", qos: .utility)
    private let wanted = WantedWork()
    /// Provers that hold the traces of a commitment, for the partial proofs to come.
    private var provers: [Bytes32: JobProver] = [:]
    /// The height at which an errand's transaction was last offered to the node.
    private var sent: [Errand: UInt64] = [:]
    /// What is being made and sent.
    private var errand: Task<Void, Never>?
    /// What cannot mend itself; ends `run`.
    private var fault: SidecarFault?
    private var lastLine = ""
    private var lastHindrance: String?

    /// Finished payloads are kept under the operator key's name: its proofs are bound to it.
    package init(node: any NodeLink, options: SidecarOptions, log: Logger) throws(SidecarFault) {
        self.node = node
        self.options = options
        self.log = log
        operatorKey = options.operatorKey.publicKey.address
        do {
            folder = try WorkFolder(path: "\(options.dataPath)/payloads/\(operatorKey)")
        } catch {
            throw .disk("\(error)")
        }
    }

    /// Runs until cancelled. A node that cannot be reached is asked again; only what cannot mend itself is thrown. What
    /// is under way ends before this returns: proving with the instance that it is at.
    package func run() async throws {
        do {
            try await watch()
        } catch {
            wanted.set([])
            errand?.cancel()
            await errand?.value
            throw error
        }
    }

    private func watch() async throws -> Never {
        var watched: (chain: ChainFacts, program: BlockProgram)?
        while true {
            do throws(NodeLinkError) {
                if let watched {
                    try await look(watched.chain, watched.program)
                } else {
                    let chain = try await node.chain()
                    guard options.strategy == .honest || chain.isDevnet else {
                        throw stop(.strategyNeedsDevnet(options.strategy.name, chainId: chain.chainId))
                    }
                    watched = (chain, try program(for: chain))
                    log.info("watching chain \(chain.chainId) as operator \(operatorKey.checksummed)")
                }
            } catch {
                // Who started the sidecar is told of a fault by the one who catches it.
                if fault == nil { say("\(error)", level: .warning) }
            }
            if let fault { throw fault }
            try await Task.sleep(for: options.pollInterval)
        }
    }

    private func program(for chain: ChainFacts) throws(NodeLinkError) -> BlockProgram {
        guard let parameters = ProofParameters.named(chain.proofProfile),
            let program = try? BlockProgram(parameters: parameters)
        else { throw stop(.unknownProfile(chain.proofProfile)) }
        let own = Hex.encode(program.programHash.bytes)
        guard own == chain.programHash else { throw stop(.otherProgram(node: chain.programHash, own: own)) }
        return program
    }

    /// Ends the look that is under way, whose error says no more than the fault that `watch` throws then.
    private func stop(_ fault: SidecarFault) -> NodeLinkError {
        self.fault = fault
        return .malformed("\(fault)")
    }

    private func say(_ line: String, level: Logger.Level = .info) {
        guard line != lastLine else { return }
        lastLine = line
        log.log(level: level, "\(line)")
    }

    /// Says why the prover is given nothing to do, once, and when that is over.
    private func tell(_ hindrance: String?) {
        guard hindrance != lastHindrance else { return }
        lastHindrance = hindrance
        log.log(level: hindrance == nil ? .info : .warning, "the prover \(hindrance ?? "takes jobs again")")
    }

    // MARK: - One look at the chain

    private func look(_ chain: ChainFacts, _ program: BlockProgram) async throws(NodeLinkError) {
        // An errand follows from a state that was read after the one before it had ended, or it would be sent twice.
        let isFree = !wanted.isBusy
        let open = try await node.openJobs()
        guard let prover = try await node.prover(operatedBy: operatorKey) else {
            wanted.set([])
            say("operator key \(operatorKey.checksummed) is not registered; waiting", level: .warning)
            return
        }
        tell(prover.hindrance(at: open.height &+ 1))
        forget(except: Set(open.jobs.map(\.id)))
        var forged: [Bytes32: [UInt8]] = [:]
        var due: [(errand: Errand, job: Job, move: ProverMove)] = []
        for job in open.jobs.sorted(by: { ($0.windows.last?.endsAt ?? 0) < ($1.windows.last?.endsAt ?? 0) }) {
            let seen = try await seen(job, by: prover.owner)
            let move = options.strategy.move(job, owner: prover.owner, height: open.height &+ 1, seen: seen)
            guard let phase = move.phase(of: job) else { continue }
            if case .forge(_, let forgery) = move { forged[job.id] = forgery.payload(job, phase: phase, seen: seen) }
            due.append((Errand(job: job.id, phase: phase), job, move))
        }
        wanted.set(due.map(\.errand))
        guard isFree, let next = due.first(where: { isTime(for: $0.errand, at: open.height) }) else { return }
        wanted.begin(next.errand)
        let work = Work(
            errand: next.errand, job: next.job, move: next.move, forged: forged[next.job.id], program: program,
            chain: chain, baseFee: open.baseFee, height: open.height)
        errand = Task {
            await perform(work)
            wanted.end()
        }
    }

    /// What others sent for the job, for strategies that copy, as long as there is something left to send.
    private func seen(_ job: Job, by owner: Address) async throws(NodeLinkError) -> [SeenPayload] {
        guard options.strategy.watchesOthers, let phase = job.phase.accepts, !job.hasSent(owner, in: phase) else {
            return []
        }
        return try await node.payloads(of: job.id).filter { $0.operatorKey != operatorKey }
    }

    /// A transaction that the node took shows in the state one or two blocks later; after that it is sent again.
    private func isTime(for errand: Errand, at height: UInt64) -> Bool {
        guard let last = sent[errand] else { return true }
        return height < last || height - last >= 2
    }

    private func forget(except open: Set<Bytes32>) {
        provers = provers.filter { open.contains($0.key) }
        sent = sent.filter { open.contains($0.key.job) }
        folder.keepOnly(open)
    }

    private func perform(_ work: Work) async {
        do throws(NodeLinkError) {
            guard let payload = try await payload(work) else { return }
            if case .crash = work.move { throw stop(.crashed(work.errand.phase)) }
            try await send(work, payload)
        } catch {
            say("\(error)", level: .warning)
        }
    }

    // MARK: - Payloads

    private func payload(_ work: Work) async throws(NodeLinkError) -> [UInt8]? {
        let (errand, job) = (work.errand, work.job)
        let action: ProverAction
        switch work.move {
        case .wait: return nil
        case .forge: return work.forged
        case .work(let own), .crash(let own): action = own
        }
        if let saved = folder.load(errand.job, errand.phase) { return saved }
        if case .aggregate = action { return CompositeProofPayload.ofReferences(job)?.encoded }
        if case .aggregateSubBlocks = action { return AggProofPayload(job).encoded }
        guard let prover = try await jobProver(job, work.program) else { return nil }
        switch await prove(prover, job, action) {
        case .success(let (prover, bytes)):
            if case .commit = action { provers[job.id] = prover } else { provers[job.id] = nil }
            do {
                try folder.save(bytes, errand.job, errand.phase)
            } catch {
                throw stop(.disk("\(error)"))
            }
            return bytes
        case .failure(.cancelled):
            log.info("job \(job.number) \(errand.phase): dropped, it is no longer wanted")
            return nil
        case .failure(let error):
            log.error("job \(job.number) \(errand.phase): \(error)")
            return nil
        }
    }

    private func jobProver(_ job: Job, _ program: BlockProgram) async throws(NodeLinkError) -> JobProver? {
        if let known = provers[job.id] { return known }
        let input = try await node.jobInput(job.id)
        let wanted = self.wanted
        do {
            return try JobProver(
                input: input, program: program, operatorKey: operatorKey, threads: options.threads,
                isWanted: { wanted.isCurrentDue })
        } catch {
            log.error("job \(job.number): \(error)")
            return nil
        }
    }

    private typealias Outcome = Result<(JobProver, [UInt8]), JobProverError>

    /// Proves on a thread of its own, so that looking at the chain goes on.
    private func prove(_ prover: JobProver, _ job: Job, _ action: ProverAction) async -> Outcome {
        let log = self.log
        return await withCheckedContinuation { continuation in
            queue.async {
                var prover = prover
                let start = DispatchTime.now()
                let report: JobProver.Report = { step in
                    let place = "\(step.position + 1)/\(step.count)"
                    log.debug("job \(job.number): instance \(step.instance) (\(place)) \(step.stage)")
                }
                let result: Result<[UInt8], JobProverError> = Result { () throws(JobProverError) in
                    switch action {
                    case .commit(_, let instances): try prover.commitments(instances, report: report).encoded
                    case .submit(let instances): try prover.partials(instances, chain: job, report: report).encoded
                    case .proveAlone: try prover.standAlone(report: report).encoded
                    case .aggregate, .aggregateSubBlocks, .wait: throw .submissionsIncomplete
                    }
                }
                let seconds = Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
                if case .success(let bytes) = result {
                    let time = (seconds * 1000).rounded() / 1000
                    log.info("job \(job.number): \(action.verb) in \(time) s, \(bytes.count) bytes")
                }
                continuation.resume(returning: result.map { (prover, $0) })
            }
        }
    }

    // MARK: - Sending

    private func send(_ work: Work, _ payload: [UInt8]) async throws(NodeLinkError) {
        let (errand, job) = (work.errand, work.job)
        let (doubled, overflow) = work.baseFee.multipliedReportingOverflow(by: 2)
        let (maxFee, sumOverflow) = doubled.addingReportingOverflow(options.tip)
        let proving = ProvingTransaction(
            chainId: work.chain.chainId, jobId: errand.job, phase: errand.phase, maxPriorityFeePerGas: options.tip,
            maxFeePerGas: overflow || sumOverflow ? .max : maxFee, payloadDigest: Payload.digest(of: payload),
            payloadLength: UInt32(clamping: payload.count))
        guard let transaction = try? proving.sign(with: options.operatorKey) else { return }
        do {
            try await node.send(transaction, payload: payload)
            sent[errand] = work.height
            log.info("job \(job.number) \(errand.phase): sent \(transaction.hash)")
        } catch .refused(let name, let message) {
            // The chain's state decides what happens next; a refusal is only told.
            sent[errand] = work.height
            if let name, Self.payloadFaults.contains(name) { folder.remove(errand.job, errand.phase) }
            if name != "alreadySent", message != "already known" {
                say("job \(job.number) \(errand.phase): \(message)", level: .warning)
            }
        }
    }

    /// Refusals that tell of a payload which must be made anew: the one on disk is damaged.
    private static let payloadFaults: Set<String> = [
        "malformedPayload", "wrongInstances", "missingInstance", "invalidPartial", "unbalanced",
        "wrongSubBlocks", "unknownFullProof", "brokenRootChain", "operationsNotCovered",
    ]
}

/// A transaction to make and send: one a job and phase.
private struct Errand: Hashable {
    var job: Bytes32
    var phase: ProvingPhase
}

/// An errand with what the look that found it saw of the chain.
///
/// A reference, because Swift 6.3.1 on x86-64 leaves the room of arguments that do not fit into registers on the stack
/// when an async function of an actor suspends, and the thread's next return goes astray.
private final class Work: Sendable {
    let errand: Errand
    let job: Job
    let move: ProverMove
    /// The payload of a move that is no work.
    let forged: [UInt8]?
    let program: BlockProgram
    let chain: ChainFacts
    /// Wei per gas of the next block.
    let baseFee: UInt128
    let height: UInt64

    init(
        errand: Errand, job: Job, move: ProverMove, forged: [UInt8]?, program: BlockProgram, chain: ChainFacts,
        baseFee: UInt128, height: UInt64
    ) {
        self.errand = errand
        self.job = job
        self.move = move
        self.forged = forged
        self.program = program
        self.chain = chain
        self.baseFee = baseFee
        self.height = height
    }
}

/// The errands that the chain's state wants and the one under way, readable from the proving thread.
private final class WantedWork: Sendable {
    private struct State {
        var due: Set<Errand> = []
        var current: Errand?
    }
    private let state = Mutex(State())

    func set(_ due: [Errand]) { state.withLock { $0.due = Set(due) } }

    var isBusy: Bool { state.withLock { $0.current != nil } }

    func begin(_ errand: Errand) { state.withLock { $0.current = errand } }

    func end() { state.withLock { $0.current = nil } }

    var isCurrentDue: Bool { state.withLock { $0.current.map($0.due.contains) ?? false } }
}

extension ProverAction {
    /// The phase that the action's transaction addresses; nil when there is nothing to send.
    package func phase(of job: Job) -> ProvingPhase? {
        switch self {
        case .commit(let phase, _), .aggregate(let phase), .proveAlone(let phase): phase
        case .submit: .t2
        case .aggregateSubBlocks: .aggregate
        case .wait: nil
        }
    }

    fileprivate var verb: String {
        switch self {
        case .commit(_, let instances): "committed to \(instances.count) instance(s)"
        case .submit(let instances): "proved \(instances.count) instance(s)"
        case .aggregate: "aggregated"
        case .aggregateSubBlocks: "aggregated the sub-blocks"
        case .proveAlone: "proved the whole job"
        case .wait: "waited"
        }
    }
}
