import ByteCodec
import ChainTypes
import CommandShell
import Glibc
import NodeRuntime

/// Starts the processes of a devnet, watches them, and ends them all.
struct DevnetSupervisor: Sendable {
    let plan: DevnetPlan
    let report: DevnetReport
    let goal: DevnetGoal?

    private enum Outcome: Sendable {
        case interrupted(String)
        case died(ChildProcess.Exit)
        case goalReached(Int)
    }

    func run() async throws {
        let signals = Signals.terminations()
        let children = ChildGroup()
        let outcome: Result<Outcome, any Error>
        do {
            outcome = .success(try await supervise(children, signals))
        } catch {
            outcome = .failure(error)
        }
        await report.leaveView()
        await children.end()
        switch try outcome.get() {
        case .goalReached(let blocks):
            await report.goalReached(blocks)
        case .died(let exit):
            let words = plan.directory.lastWords(exit.logPath)
            throw CommandFailure("\(exit.description): \(words) (log: \(exit.logPath))")
        case .interrupted(let name):
            if let goal {
                throw CommandFailure("ended by \(name) before \(Rendering.count(goal.blocks, "block")) were proven")
            }
        }
    }

    private func supervise(_ children: ChildGroup, _ signals: AsyncStream<String>) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask {
                for await name in signals { return .interrupted(name) }
                throw CancellationError()
            }
            group.addTask {
                for await exit in children.exits {
                    // Without its node nothing goes on; without a prover the others do, unless success was promised.
                    let isPlanned = (0..<plan.provers).contains {
                        exit.name == "prover-\($0)" && plan.roster.crashes($0)
                    }
                    if exit.name == "node" || (goal != nil && !isPlanned) { return .died(exit) }
                    await report.died(exit, lastWords: plan.directory.lastWords(exit.logPath))
                }
                throw CancellationError()
            }
            group.addTask {
                do {
                    let node = try await startNode(children)
                    try await startOthers(children)
                    let status = try await node.call("cairn_status")
                    try await report.started(plan, height: try status["height"].count())
                    async let _: Void = ProverOwner(node: node, report: report, provers: plan.provers).run()
                    return .goalReached(try await DevnetWatch(node: node, report: report, goal: goal).run())
                } catch let failure as CommandFailure where failure.status == .nodeUnreachable {
                    // A node that died is noticed here first; that it died, and why, is the better answer.
                    try await Task.sleep(for: .seconds(5))
                    throw failure
                }
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    // MARK: - Processes

    private func startNode(_ children: ChildGroup) async throws -> RemoteNode {
        let directory = plan.directory
        try await children.start(
            "node", executable: Executables.own(),
            arguments: [
                "node", "--data-dir", directory.node, "--genesis", directory.genesis, "--key-file",
                directory.validatorKey, "--rpc-port", "\(plan.port)", "--with-parent",
            ], logPath: directory.log("node"))
        let node = try RemoteNode(url: plan.url, timeoutSeconds: 10)
        let hash = "\(plan.genesis.hash)"
        let start = ContinuousClock.now
        while true {
            // Another program may answer on this port; the own node then ends by itself and says so.
            if let status = try? await node.call("cairn_status"), try status["genesisHash"].text() == hash {
                return node
            }
            guard ContinuousClock.now - start < .seconds(120) else {
                throw CommandFailure(.timeout, "the node did not answer within 120 s (log: \(directory.log("node")))")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func startOthers(_ children: ChildGroup) async throws {
        let directory = plan.directory
        let executable = plan.provers > 0 ? try Executables.prover() : ""
        for index in 0..<plan.provers {
            try await children.start(
                "prover-\(index)", executable: executable,
                arguments: [
                    "run", "--rpc", plan.url, "--key-file", directory.proverKey(index), "--data-dir",
                    directory.prover(index), "--threads", "\(plan.threadsPerProver)", "--strategy",
                    plan.roster.strategies[index].name, "--with-parent",
                ], logPath: directory.log("prover-\(index)"))
        }
        guard plan.traffic > 0 else { return }
        try await children.start(
            "traffic", executable: Executables.own(),
            arguments: ["traffic", "--rpc", plan.url, "--rate", "\(plan.traffic)", "--with-parent"],
            logPath: directory.log("traffic"))
    }
}

/// The processes that were started and have not ended.
actor ChildGroup {
    nonisolated let exits: AsyncStream<ChildProcess.Exit>
    private let continuation: AsyncStream<ChildProcess.Exit>.Continuation
    private var running: [ChildProcess] = []
    private var isEnding = false

    init() { (exits, continuation) = AsyncStream.makeStream() }

    func start(
        _ name: String, executable: String, arguments: [String], logPath: String
    ) throws(CommandFailure) {
        guard !isEnding else { return }
        let child = try ChildProcess.start(name, executable: executable, arguments: arguments, logPath: logPath)
        running.append(child)
        Task {
            let exit = await child.exit()
            self.ended(child, exit)
        }
    }

    private func ended(_ child: ChildProcess, _ exit: ChildProcess.Exit) {
        running.removeAll { $0.identifier == child.identifier }
        continuation.yield(exit)
    }

    /// Ends everything: the node last, so that the others do not complain about it, and by force after ten seconds.
    func end() async {
        isEnding = true
        for child in running where child.name != "node" { child.signal(SIGTERM) }
        await wait(upTo: .seconds(10)) { $0.allSatisfy { $0.name == "node" } }
        for child in running { child.signal(child.name == "node" ? SIGTERM : SIGKILL) }
        await wait(upTo: .seconds(10)) { $0.isEmpty }
        for child in running { child.signal(SIGKILL) }
        await wait(upTo: .seconds(5)) { $0.isEmpty }
    }

    private func wait(upTo limit: Duration, until isDone: ([ChildProcess]) -> Bool) async {
        let start = ContinuousClock.now
        while !isDone(running), ContinuousClock.now - start < limit {
            // Cancellation must not cut the ending short.
            await Task.detached { try? await Task.sleep(for: .milliseconds(20)) }.value
        }
    }
}
