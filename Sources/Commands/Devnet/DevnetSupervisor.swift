import ByteCodec
import ChainTypes
package import CommandShell
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
                    // A devnet starts with all its nodes, and nothing goes on without the last of them; when success
                    // was promised, all processes are needed for it, but for provers whose strategy it is to end.
                    let left = await children.names.count(where: DevnetPlan.isNode)
                    let isPlanned = (0..<plan.provers).contains {
                        exit.name == "prover-\($0)" && plan.roster.crashes($0)
                    }
                    let isStarting = await children.isStarting && DevnetPlan.isNode(exit.name)
                    if left == 0 || isStarting || (goal != nil && !isPlanned) { return .died(exit) }
                    await report.died(exit, lastWords: plan.directory.lastWords(exit.logPath))
                    if let node = plan.nodes.first(where: { $0.name == exit.name }) { await tell(node, left: left) }
                }
                throw CancellationError()
            }
            group.addTask {
                do {
                    let nodes = try await startNodes(children)
                    await children.haveStarted()
                    try await startOthers(children)
                    let status = try await nodes[0].call("cairn_status")
                    try await report.started(plan, height: try status["height"].count())
                    async let _: Void = ProverOwner(nodes: nodes, report: report, provers: plan.provers).run()
                    return .goalReached(try await DevnetWatch(nodes: nodes, report: report, goal: goal).run())
                } catch let failure as CommandFailure where failure.status == .nodeUnreachable {
                    // A node that died is noticed here first; that it died, and why, is the better answer.
                    try await Task.sleep(for: ChildGroup.patience)
                    throw failure
                }
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    // MARK: - Processes

    /// What a lost node means, and how to bring it back.
    private func tell(_ node: DevnetNode, left: Int) async {
        let count = plan.nodes.count
        let chain =
            3 * left > 2 * count
            ? "the chain goes on" : "the chain waits until more than two thirds of its validators run"
        await report.note("\(left) of \(count) nodes are left: \(chain)")
        let words = (try? Executables.own()).map { [$0] + node.arguments(plan) } ?? []
        await report.note("start \(node.name) again with: \(words.joined(separator: " "))")
    }

    /// Starts the nodes, and waits until each answers.
    private func startNodes(_ children: ChildGroup) async throws -> [RemoteNode] {
        for node in plan.nodes {
            try await children.start(
                node.name, executable: Executables.own(), arguments: node.arguments(plan) + ["--with-parent"],
                logPath: plan.directory.log(node.name))
        }
        var remotes: [RemoteNode] = []
        for node in plan.nodes { remotes.append(try await answer(of: node)) }
        return remotes
    }

    private func answer(of node: DevnetNode) async throws -> RemoteNode {
        let remote = try RemoteNode(url: node.url, timeoutSeconds: 10)
        let hash = "\(plan.genesis.hash)"
        let start = ContinuousClock.now
        while true {
            // Another program may answer on this port; the own node then ends by itself and says so.
            if let status = try? await remote.call("cairn_status"), try status["genesisHash"].text() == hash {
                return remote
            }
            guard ContinuousClock.now - start < .seconds(120) else {
                let log = plan.directory.log(node.name)
                throw CommandFailure(.timeout, "\(node.name) did not answer within 120 s (log: \(log))")
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
                    "run", "--rpc", plan.node(for: index).url, "--key-file", directory.proverKey(index), "--data-dir",
                    directory.prover(index), "--threads", "\(plan.threadsPerProver)", "--strategy",
                    plan.roster.strategies[index].name, "--with-parent",
                ], logPath: directory.log("prover-\(index)"), isBackground: true)
        }
        guard plan.traffic > 0 else { return }
        try await children.start(
            "traffic", executable: Executables.own(),
            arguments: ["traffic", "--rpc", plan.node(for: 0).url, "--rate", "\(plan.traffic)", "--with-parent"],
            logPath: directory.log("traffic"))
    }
}

/// The processes that were started and have not ended.
package actor ChildGroup {
    /// How long the end of a process that missed its node is kept back: that the node died, and why, comes first.
    static let patience = Duration.seconds(5)

    package nonisolated let exits: AsyncStream<ChildProcess.Exit>
    private let continuation: AsyncStream<ChildProcess.Exit>.Continuation
    private var running: [ChildProcess] = []
    private var isEnding = false
    /// Until the nodes have all answered once.
    private(set) var isStarting = true

    package init() { (exits, continuation) = AsyncStream.makeStream() }

    /// `isBackground`: gives way to the others when there is more to do than cores to do it.
    package func start(
        _ name: String, executable: String, arguments: [String], logPath: String, isBackground: Bool = false
    ) throws(CommandFailure) {
        guard !isEnding else { return }
        let child = try ChildProcess.start(name, executable: executable, arguments: arguments, logPath: logPath)
        if isBackground { child.giveWay() }
        running.append(child)
        Task {
            let exit = await child.exit()
            self.ended(child, exit)
        }
    }

    func haveStarted() { isStarting = false }

    /// Processes that run.
    var names: [String] { running.map(\.name) }

    private func ended(_ child: ChildProcess, _ exit: ChildProcess.Exit) {
        running.removeAll { $0.identifier == child.identifier }
        guard exit.missedItsNode else {
            continuation.yield(exit)
            return
        }
        Task { [continuation] in
            try? await Task.sleep(for: Self.patience)
            continuation.yield(exit)
        }
    }

    /// Ends everything: the nodes last, so that the others do not complain about it, and by force after ten seconds.
    func end() async {
        isEnding = true
        for child in running where !DevnetPlan.isNode(child.name) { child.signal(SIGTERM) }
        await wait(upTo: .seconds(10)) { $0.allSatisfy { DevnetPlan.isNode($0.name) } }
        for child in running { child.signal(DevnetPlan.isNode(child.name) ? SIGTERM : SIGKILL) }
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
