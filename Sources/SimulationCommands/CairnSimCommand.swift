package import ArgumentParser

/// The root of `cairn-sim`: the simulator of consensus and the lab of proving mechanisms.
package struct CairnSimCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cairn-sim",
        abstract: "Runs the production code of the chain under a seeded clock, network and disk.",
        version: "0.1.0",
        subcommands: [
            RunCommand.self,
            SoakCommand.self,
            OracleCommand.self,
            TwinsCommand.self,
            MutantsCommand.self,
            JobsCommand.self,
            ProversCommand.self,
            AttacksCommand.self,
        ])

    package init() {}
}
