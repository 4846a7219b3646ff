import ArgumentParser

struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "Run one node, prepare its directory, or look at its peers.",
        discussion: """
            Examples: cairn node init --data-dir node --genesis genesis.json --validator
                      cairn node --data-dir node --key-file node/validator.key --listen 0.0.0.0:30303
                      cairn node peers
            Without a subcommand the node runs; its options: cairn node run --help
            """,
        subcommands: [NodeRun.self, NodeInit.self, NodePeersCommand.self, NodeVotesCommand.self],
        defaultSubcommand: NodeRun.self)
}
