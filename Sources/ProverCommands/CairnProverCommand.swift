package import ArgumentParser

/// The root of the sidecar's command line.
package struct CairnProverCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cairn-prover",
        abstract: "The sidecar that proves blocks: it watches a node and does what the chain asks of its operator key.",
        version: "0.1.0", subcommands: [RunCommand.self, SoundnessCommand.self, BenchCommand.self])

    package init() {}
}
