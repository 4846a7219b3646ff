import ArgumentParser
import ByteCodec
import CommandShell

struct NodeVotesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "votes", abstract: "The votes a node has heard for the next block, and whose it waits for.",
        discussion: """
            A chain that stands still waits for more than two thirds of the power. Example: \
            cairn node votes --rpc http://127.0.0.1:8545
            """)

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let votes = try await options.node().call("cairn_votes")
        let console = Console.current
        if options.json { console.json(votes.value) } else { console.line(try Self.render(votes)) }
    }

    static func render(_ answer: Answer) throws(CommandFailure) -> String {
        var fields = FieldList()
        fields.add("height", "\(try answer["height"].count())")
        fields.add("round", "\(try answer["round"].count())")
        fields.add("step", try answer["step"].text())
        fields.add(
            "proposer",
            try answer["proposer"].text() + (try answer["hasProposal"].flag() ? "" : ": no proposal yet"))
        let total = try answer["totalPower"].count()
        for kind in ["prevote", "precommit"] {
            fields.add("\(kind)s", "\(try answer["\(kind)Power"].count()) of \(total) power")
        }
        var table = TextTable([.left("validator"), .right("power"), .left("prevote"), .left("precommit")])
        for voter in try answer["validators"].list() {
            table.add([
                try voter["validator"].text(), "\(try voter["power"].count())", try heard(voter["prevote"]),
                try heard(voter["precommit"]),
            ])
        }
        return fields.text + "\n\n" + table.text
    }

    /// The beginning of the block's hash, `nil`, or `-` for nothing heard.
    private static func heard(_ vote: Answer) throws(CommandFailure) -> String {
        guard let text = try vote.ifPresent?.text() else { return "-" }
        return text == "nil" ? text : String(text.prefix(12))
    }
}
