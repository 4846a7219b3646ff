package import ArgumentParser
import NodeRuntime

/// The root of the command line.
package struct CairnCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cairn",
        abstract: "A blockchain that proves its own blocks: node, devnet, wallet and queries.",
        discussion: """
            Start a local chain with `cairn devnet`, and look at it with `cairn status` in another terminal.

            Exit status: 0 success, 1 failed or reverted, 2 usage, 3 node unreachable, 4 timeout, 5 refused by the \
            node, 74 disk.
            """,
        version: CairnVersion.current,
        subcommands: [
            DevnetCommand.self, NodeCommand.self, StatusCommand.self, BlockCommand.self, AccountCommand.self,
            SendCommand.self, TransactionCommand.self, JobCommand.self, MarketCommand.self, ProverCommand.self,
            ValidatorCommand.self, SnapshotCommand.self, SupplyCommand.self, KeyCommand.self, GenesisCommand.self,
            TrafficCommand.self,
        ])

    package init() {}
}
