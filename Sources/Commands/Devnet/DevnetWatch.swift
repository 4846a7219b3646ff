import ByteCodec
import ChainTypes
import CommandShell
import JSONRPC

/// Looks at the chain again and again and tells the report what is new.
struct DevnetWatch: Sendable {
    /// At least one; the next is asked when one does not answer.
    let nodes: [RemoteNode]
    let report: DevnetReport
    let goal: DevnetGoal?

    private static let interval = Duration.milliseconds(250)
    private static let jobsShown = 10

    /// What was seen up to now.
    private struct Seen {
        var height: UInt64
        var provenHeight: UInt64
        /// Index of the node that is asked.
        var node = 0
        /// Job numbers with the state that was last told.
        var states: [UInt64: String] = [:]
        /// Milliseconds from block to proof, by job number.
        var times: [UInt64: UInt64] = [:]
        var provenBlocks = 0
        var lastProof = ContinuousClock.now
    }

    /// Returns the number of proven blocks with transfers once the goal is reached; without a goal it never returns.
    func run() async throws -> Int {
        let status = try await nodes[0].call("cairn_status")
        var seen = Seen(height: try status["height"].count(), provenHeight: try status["provenHeight"].count())
        var failures = 0
        while true {
            do {
                try await look(&seen)
                failures = 0
            } catch {
                // A node under load may be late; one that has ended is reported by its supervisor.
                failures += 1
                guard failures < 20 * nodes.count else { throw error }
                seen.node = (seen.node + 1) % nodes.count
            }
            if let goal {
                if seen.provenBlocks >= goal.blocks { return seen.provenBlocks }
                guard ContinuousClock.now - seen.lastProof < goal.patience else {
                    throw CommandFailure(
                        .timeout,
                        "no block with transfers was proven for \(goal.patience.components.seconds) s; "
                            + "\(seen.provenBlocks) of \(goal.blocks) were before; see the provers' logs and cairn job list"
                    )
                }
            }
            try await Task.sleep(for: Self.interval)
        }
    }

    private func look(_ seen: inout Seen) async throws(CommandFailure) {
        let node = nodes[seen.node]
        let status = try await node.call("cairn_status")
        let jobs = try await node.call("cairn_jobs", [["limit": .integer(Int64(Self.jobsShown))]])
        let height = try status["height"].count()
        while seen.height < height {
            let block = try await block(seen.height + 1, node)
            seen.height += 1
            await report.block(block, status: status)
        }
        for job in try jobs.list().reversed() { try await look(at: job, &seen) }
        let proven = try status["provenHeight"].count()
        while seen.provenHeight < proven {
            let block = try await block(seen.provenHeight + 1, node)
            seen.provenHeight += 1
            guard block.transfers > 0 else { continue }
            seen.provenBlocks += 1
            seen.lastProof = .now
        }
        try await report.draw(status: status, jobs: jobs, times: seen.times, provenBlocks: seen.provenBlocks)
    }

    private func look(at job: Answer, _ seen: inout Seen) async throws(CommandFailure) {
        let node = nodes[seen.node]
        let number = try job["number"].count()
        if let provenAt = try job["provenAt"].ifPresent?.count(), seen.times[number] == nil {
            let (first, last) = (
                try await block(try job["lastHeight"].count(), node), try await block(provenAt, node)
            )
            seen.times[number] = (last.seconds - min(last.seconds, first.seconds)) * 1000
        }
        let progress = ["state", "phase", "commitments", "submissions", "fullProofs"].map { name in
            String(decoding: job[name].value.serialized, as: UTF8.self)
        }.joined(separator: " ")
        guard seen.states[number] != progress else { return }
        seen.states[number] = progress
        try await report.job(job, milliseconds: seen.times[number])
    }

    private func block(_ height: UInt64, _ node: RemoteNode) async throws(CommandFailure) -> DevnetBlock {
        let block = try await node.call("eth_getBlockByNumber", [.string(Hex.quantity(height)), true])
        let transactions = try block["transactions"].list()
        var (transfers, proofs) = (0, 0)
        for transaction in transactions {
            if try transaction["type"].count() == UInt64(TransactionKind.proving.rawValue) {
                proofs += 1
            } else if try transaction["value"].amount() > 0 {
                transfers += 1
            }
        }
        return DevnetBlock(
            height: height, seconds: try block["timestamp"].count(), transactions: transactions.count,
            transfers: transfers, proofs: proofs)
    }
}

/// What the view tells of a block.
struct DevnetBlock: Sendable {
    let height: UInt64
    /// Timestamp, since 1970.
    let seconds: UInt64
    let transactions: Int
    /// Transactions that move money.
    let transfers: Int
    let proofs: Int
}
