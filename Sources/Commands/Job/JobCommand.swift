import ArgumentParser
import ByteCodec
import CommandShell
import JSONRPC

struct JobCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Proving jobs: who proves which blocks, and what they earn.",
        subcommands: [JobList.self, JobShow.self, JobWhy.self, JobSettle.self, JobVerify.self])
}

/// A job as people name it: by number or by id.
enum JobArgument {
    static func parse(_ text: String) throws(CommandFailure) -> JSONValue {
        if let number = UInt64(text) { return JSONValue(number) }
        guard text.hasPrefix("0x"), text.count == 66, let id = Bytes32(hex: text) else {
            throw .usage("\(text) is no job: expected a number, or an id of 0x and 64 hex digits")
        }
        return .string("\(id)")
    }
}

struct JobList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The latest jobs, newest first.",
        discussion: "Examples: cairn job list\n          cairn job list --limit 100 --before 40 --json")

    @Option(help: "How many, at most 100.")
    var limit: UInt64 = 20

    @Option(help: "Only jobs with smaller numbers.")
    var before: UInt64?

    @OptionGroup var options: NodeOptions

    func run() async throws {
        guard (1...100).contains(limit) else { throw CommandFailure.usage("--limit: expected 1 to 100") }
        var filter = [JSONMember("limit", JSONValue(limit))]
        if let before { filter.append(JSONMember("before", JSONValue(before))) }
        let jobs = try await options.node().call("cairn_jobs", [.object(filter)])
        let console = Console.current
        guard !options.json else { return console.json(jobs.value) }
        let table = try JobTable.of(jobs)
        console.line(table.isEmpty ? JobTable.none : table.text)
    }
}

/// Jobs a row each, for the list and for the devnet's view.
enum JobTable {
    static let none = "no jobs yet"

    /// `times` has the milliseconds that proofs took, by job number, where they are known.
    static func of(_ jobs: Answer, times: [UInt64: UInt64] = [:]) throws(CommandFailure) -> TextTable {
        var table = TextTable([
            .right("job"), .left("blocks"), .right("ops").optional, .left("phase").optional, .left("state"),
            .right("instances").optional, .right("committed"), .right("submitted"), .right("full"),
            .right("rewards").optional, .left("proven after"),
        ])
        for job in try jobs.list() { table.add(try row(job, times)) }
        return table
    }

    /// The blocks, and which part of them: "7", "7–9", "7 (2 of 3)", "7 (3 joined)".
    private static func blocksText(_ job: Answer) throws(CommandFailure) -> String {
        let heights = Rendering.heights(try job["firstHeight"].count(), try job["lastHeight"].count())
        let count = try job["subBlockCount"].count()
        switch try job["kind"].text() {
        case "subBlock": return "\(heights) (\(try job["subBlock"].count() + 1) of \(count))"
        case "aggregation": return "\(heights) (\(count) joined)"
        default: return heights
        }
    }

    private static func row(_ job: Answer, _ times: [UInt64: UInt64]) throws(CommandFailure) -> [String] {
        let number = try job["number"].count()
        let (attempt, selected) = (try job["attempt"].count(), try job["selected"].count())
        let blocks = try job["blocksToProof"].ifPresent.map { (blocks) throws(CommandFailure) in
            Rendering.count(try blocks.count(), "block")
        }
        let time = times[number].map { ", \(Rendering.seconds(milliseconds: $0))" } ?? ""
        let rewards = try job["rewards"].amount()
        return [
            attempt > 0 ? "\(number) (attempt \(attempt + 1))" : "\(number)",
            try blocksText(job),
            "\(try job["operations"].count())", try job["phase"].text(), try job["state"].text(),
            "\(try job["instances"].count())", "\(try job["commitments"].count())/\(selected)",
            "\(try job["submissions"].count())/\(selected)", "\(try job["fullProofs"].count())",
            rewards == 0 ? "" : Rendering.amount(rewards),
            blocks.map { $0 + time } ?? "",
        ]
    }
}

struct JobShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Everything about one job.",
        discussion: "Example: cairn job show 3")

    @Argument(help: "The job's number or id.")
    var job: String

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let answer = try await options.node().call("cairn_job", [try JobArgument.parse(job)])
        let console = Console.current
        if options.json { console.json(answer.value) } else { console.line(try JobDetails.render(answer)) }
    }
}
