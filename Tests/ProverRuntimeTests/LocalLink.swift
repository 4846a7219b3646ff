import ByteCodec
import ChainTypes
import Circuits
import Mempool
import ProofField
import ProverRuntime
import Replica
import SampleChain
import SystemState

/// A node in memory behind the sidecar's port. Its chain moves when a transaction is offered, never by time.
actor LocalLink: NodeLink {
    private(set) var node: SampleNode
    /// What was offered, taken or not, in order.
    private(set) var offered: [(sender: Address, job: Bytes32, phase: ProvingPhase)] = []
    private(set) var inputsAsked = 0
    private(set) var refusals: [String] = []
    private var looks = 0
    private var looksBeforeInput = Int.max
    private var unreachable: Set<ProvingPhase> = []
    private var chainFailures = 0
    private var facts: ChainFacts?
    private var isFirstInputLate = false
    private var waiters:
        [(isDone: @Sendable (LocalLink.View) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []

    /// What tests wait for.
    struct View: Sendable {
        var node: SampleNode
        var offered: [(sender: Address, job: Bytes32, phase: ProvingPhase)]
        var refusals: [String]
        /// How often open jobs were asked for.
        var looks: Int
        /// The same when the late input was answered.
        var looksBeforeInput: Int
    }

    init(_ node: SampleNode) { self.node = node }

    // MARK: - Tests' side

    /// Transactions of the phase find no node.
    func hold(_ phase: ProvingPhase) { unreachable.insert(phase) }
    func release() { unreachable = [] }
    /// The next `count` questions for the chain fail.
    func failChain(_ count: Int) { chainFailures = count }
    func answerChain(_ facts: ChainFacts) { self.facts = facts }
    /// The first input asked for comes when its job is closed and the next attempt is open.
    func delayFirstInput() { isFirstInputLate = true }

    var jobs: [Job] { node.system.jobs.values }

    func wait(until isDone: @escaping @Sendable (View) -> Bool) async {
        if isDone(view) { return }
        await withCheckedContinuation { waiters.append((isDone, $0)) }
    }

    private var view: View {
        View(
            node: node, offered: offered, refusals: refusals, looks: looks, looksBeforeInput: looksBeforeInput)
    }

    private func wake() {
        let view = view
        for waiter in waiters where waiter.isDone(view) { waiter.continuation.resume() }
        waiters.removeAll { $0.isDone(view) }
    }

    private func advance(_ count: Int) throws(NodeLinkError) {
        do { try node.produce(count) } catch { throw .malformed("\(error)") }
        wake()
    }

    // MARK: - The sidecar's side

    func chain() throws(NodeLinkError) -> ChainFacts {
        if chainFailures > 0 {
            chainFailures -= 1
            throw .unreachable("nobody is there yet")
        }
        return facts ?? Self.facts(node)
    }

    static func facts(_ node: SampleNode) -> ChainFacts {
        ChainFacts(
            chainId: node.genesis.chainId, isDevnet: node.genesis.isDevnet,
            proofProfile: node.genesis.proving.proofProfile,
            programHash: Hex.encode(node.program.programHash.bytes))
    }

    func openJobs() -> OpenJobs {
        looks += 1
        wake()
        return OpenJobs(
            height: node.height, baseFee: node.replica.nextBaseFee,
            jobs: node.system.jobs.values.filter { !$0.isClosed })
    }

    func jobInput(_ id: Bytes32) throws(NodeLinkError) -> JobInput {
        inputsAsked += 1
        guard let job = node.system.job(id: id) else { throw .refused(name: "unknownJob", message: "no such job") }
        let input: JobInput
        do { input = try node.disk.jobInput(job) } catch { throw .malformed("\(error)") }
        if isFirstInputLate {
            isFirstInputLate = false
            while node.system.jobs[job.number + 1]?.phase != .t1 { try advance(1) }
            looksBeforeInput = looks
        }
        return input
    }

    func prover(operatedBy key: Address) -> Prover? { node.system.prover(operatedBy: key) }

    func payloads(of job: Bytes32) -> [SeenPayload] {
        node.replica.mempool.pendingProofs.filter { $0.proving.jobId == job }.map {
            SeenPayload(operatorKey: $0.transaction.sender, phase: $0.proving.phase, payload: $0.payload)
        }
    }

    func send(_ transaction: VerifiedTransaction, payload: [UInt8]) throws(NodeLinkError) {
        guard let proving = transaction.proving else { throw .refused(name: nil, message: "not a proof") }
        offered.append((transaction.sender, proving.jobId, proving.phase))
        wake()
        if unreachable.contains(proving.phase) { throw .unreachable("the line is cut") }
        let refusal: MempoolRefusal?
        do { refusal = try node.submit(transaction, payload: payload) } catch { throw .malformed("\(error)") }
        // After a refusal, too, the chain goes on: the sidecar looks again two blocks later.
        try advance(refusal == nil ? 1 : 2)
        guard let refusal else { return }
        if case .provingRefused(let name, _) = refusal {
            refusals.append(name)
            throw .refused(name: name, message: refusal.message)
        }
        throw .refused(name: nil, message: refusal.message)
    }
}
