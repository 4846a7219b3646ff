import ByteCodec
import ChainTypes
import CommandShell
import Cryptography
import JSONRPC
import NodeRuntime

/// Says what happens in a devnet: a table that is drawn again in a terminal, else one line per event, or one JSON object
/// per event.
actor DevnetReport {
    private enum Form { case table, lines, json }

    private let form: Form
    private let console = Console.current
    private var drawnLines = 0
    private var notes: [String] = []

    init(json: Bool) { form = json ? .json : Console.current.isTerminal ? .table : .lines }

    // MARK: - Start and end

    func started(_ plan: DevnetPlan, height: UInt64) throws(CommandFailure) {
        if form == .json {
            console.json(try Banner.json(plan, height: height))
        } else {
            console.line(try Banner.text(plan, height: height))
        }
    }

    func goalReached(_ blocks: Int) {
        if form == .json {
            console.json(["event": "done", "provenBlocks": .integer(Int64(blocks))])
        } else {
            console.line("done: \(Rendering.count(blocks, "block")) with transfers proven")
        }
    }

    /// Leaves the last table standing, with the terminal as it was.
    func leaveView() { if form == .table, drawnLines > 0 { console.write("\u{1B}[?7h") } }

    // MARK: - Events

    func died(_ exit: ChildProcess.Exit, lastWords: String) {
        let text = "\(exit.description): \(lastWords) (log: \(exit.logPath))"
        guard form == .json else { return note(text) }
        console.json([
            "event": "processEnded", "process": .string(exit.name), "message": .string(exit.description),
            "lastWords": .string(lastWords), "log": .string(exit.logPath),
        ])
    }

    /// Something out of the ordinary, in words.
    func note(_ text: String) {
        switch form {
        case .json: console.json(["event": "note", "message": .string(text)])
        case .lines: console.line(text)
        case .table: notes.append(text)
        }
    }

    func block(_ block: DevnetBlock, status: Answer) {
        switch form {
        case .json:
            console.json([
                "event": "block", "height": JSONValue(block.height),
                "transactions": .integer(Int64(block.transactions)), "transfers": .integer(Int64(block.transfers)),
                "proofs": .integer(Int64(block.proofs)), "baseFee": status["baseFee"].value,
                "pending": status["pendingTransactions"].value, "provenHeight": status["provenHeight"].value,
            ])
        case .lines where block.transactions > 0:
            let pending = (try? status["pendingTransactions"].count()) ?? 0
            console.line(
                "block \(block.height): \(Rendering.count(block.transfers, "transfer")), "
                    + "\(Rendering.count(block.proofs, "proof transaction")), \(pending) pending")
        case .lines, .table: break
        }
    }

    func job(_ job: Answer, milliseconds: UInt64?) throws(CommandFailure) {
        switch form {
        case .json:
            let time = milliseconds.map { JSONValue($0) } ?? .null
            console.json(
                .object(
                    [JSONMember("event", "job")] + (job.value.members ?? [])
                        + [JSONMember("millisecondsToProof", time)]))
        case .lines: console.line(try Self.line(job, milliseconds))
        case .table: break
        }
    }

    static func line(_ job: Answer, _ milliseconds: UInt64?) throws(CommandFailure) -> String {
        let blocks = Rendering.heights(try job["firstHeight"].count(), try job["lastHeight"].count())
        let (commitments, selected) = (try job["commitments"].count(), try job["selected"].count())
        var parts = [
            "job \(try job["number"].count()) (block \(blocks)): \(try job["state"].text())",
            "phase \(try job["phase"].text())", Rendering.count(try job["instances"].count(), "instance"),
            "\(commitments)/\(selected) commitments", "\(try job["submissions"].count())/\(selected) submissions",
            Rendering.count(try job["fullProofs"].count(), "full proof"),
        ]
        let rewards = try job["rewards"].amount()
        if rewards > 0 { parts.append("rewards \(Rendering.amount(rewards))") }
        if let milliseconds { parts.append("proven after \(Rendering.seconds(milliseconds: milliseconds))") }
        return parts.joined(separator: ", ")
    }

    // MARK: - Table

    func draw(status: Answer, jobs: Answer, times: [UInt64: UInt64], provenBlocks: Int) throws(CommandFailure) {
        guard form == .table else { return }
        // Asked anew each time: a window changes its size.
        let width = Console.standard.width
        let view = try Self.view(status: status, jobs: jobs, times: times, provenBlocks: provenBlocks, width: width)
        let lines = view + notes.suffix(5).flatMap { Rendering.wrapped("! " + $0, width: width) }
        // Back to the first line of the last table; without wrapping, a line of text is a line of the screen.
        let up = drawnLines > 0 ? "\u{1B}[\(drawnLines)A\r" : ""
        console.write("\u{1B}[?7l" + up + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J")
        drawnLines = lines.count
    }

    static func view(
        status: Answer, jobs: Answer, times: [UInt64: UInt64], provenBlocks: Int, width: Int?
    ) throws(CommandFailure) -> [String] {
        let head = [
            "height \(try status["height"].count())",
            "base fee \(Rendering.gasPrice(try status["baseFee"].amount()))",
            "pending \(try status["pendingTransactions"].count())",
            "proven to \(try status["provenHeight"].count())", "lag \(try status["proofLag"].count())",
            "provers \(try status["proversAvailable"].count())/\(try status["proversRegistered"].count()) available",
            "blocks with transfers proven \(provenBlocks)",
        ]
        let table = try JobTable.of(jobs, times: times).fitted(to: width)
        return [""] + Rendering.wrapped(head, width: width) + [""] + (table.isEmpty ? [JobTable.none] : table.lines)
    }
}
