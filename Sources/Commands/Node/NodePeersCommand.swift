import ArgumentParser
import ByteCodec
import CommandShell

struct NodePeersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peers", abstract: "A node's own name, its peers, and those it misses.",
        discussion: "Example: cairn node peers --rpc http://127.0.0.1:8545")

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let peers = try await options.node().call("cairn_peers")
        let console = Console.current
        if options.json { console.json(peers.value) } else { console.line(try Self.render(peers)) }
    }

    static func render(_ answer: Answer) throws(CommandFailure) -> String {
        guard let node = answer["node"].ifPresent else {
            return "this node runs alone: it was started without --listen and --peer"
        }
        var fields = FieldList()
        fields.add("node", try node.text())
        let port = try answer["listening"].ifPresent?.count()
        fields.add("port", port.map { "\($0)" } ?? "none: it only dials")
        fields.add("known addresses", "\(try answer["knownAddresses"].count())")
        let banned = try answer["banned"].list()
        if !banned.isEmpty { fields.add("banned", try texts(banned).joined(separator: " ")) }
        var table = TextTable([
            .left("peer"), .left("endpoint"), .left("dialled by"), .right("up"), .right("round trip"), .right("in"),
            .right("out"), .right("points"), .left("program"),
        ])
        for peer in try answer["peers"].list() {
            let trip = try peer["roundTripMilliseconds"].ifPresent?.count()
            let endpoint = try peer["endpoint"].ifPresent?.text()
            let remote = try peer["remoteHost"].text()
            table.add([
                try peer["node"].text(), endpoint ?? remote,
                try peer["direction"].text() == "inbound" ? "it" : "us",
                Rendering.seconds(milliseconds: try peer["upMilliseconds"].count()),
                trip.map { "\($0) ms" } ?? "", "\(try peer["bytesIn"].count() / 1024) KiB",
                "\(try peer["bytesOut"].count() / 1024) KiB", "\(try peer["points"].count())",
                try peer["agent"].text(),
            ])
        }
        var parts = [fields.text, table.isEmpty ? "no peers" : table.text]
        var missing = TextTable([.left("missing"), .left("endpoint"), .right("attempts"), .left("last")])
        for peer in try answer["missing"].list() {
            let last = try peer["last"].ifPresent?.text()
            missing.add([
                try peer["node"].text(), try peer["endpoint"].text(), "\(try peer["failures"].count())", last ?? "",
            ])
        }
        if !missing.isEmpty { parts.append(missing.text) }
        return parts.joined(separator: "\n\n")
    }

    private static func texts(_ list: [Answer]) throws(CommandFailure) -> [String] {
        var texts: [String] = []
        for answer in list { texts.append(try answer.text()) }
        return texts
    }
}
