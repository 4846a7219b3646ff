import ArgumentParser
import Circuits
import CommandShell
import JSONRPC
import STARKCore

/// What the proofs of a chain are worth.
struct SoundnessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soundness", abstract: "Calculate the proven bits of every round, for the circuits in use.",
        discussion: """
            Examples: cairn-prover soundness
                      cairn-prover soundness --genesis genesis.json --json
                      cairn-prover soundness --self-test
            Unique decoding, without conjectures: each figure is -log2 of the error of one Fiat-Shamir round, with the \
            proof of work that is checked before its challenge; a proof is worth its weakest round. The buses' round \
            counts the messages of a whole job. Exit status 1 when a round has under 100 bits, unless the genesis is a \
            devnet's, or when a published figure is not reproduced.
            """)

    @Option(help: "The proof profile: \(ProofParameters.profiles.map(\.name).joined(separator: ", ")).")
    var profile: String?

    @Option(help: "A genesis file: its profile, and its tallest instance.")
    var genesis: String?

    @Flag(help: "Reproduce the published figures of other systems instead.")
    var selfTest = false

    @Flag(help: "Write JSON; errors go to standard error as a JSON object.")
    var json = false

    func run() throws {
        guard !(selfTest && (genesis != nil || profile != nil)), genesis == nil || profile == nil else {
            throw CommandFailure.usage("give one of --profile, --genesis and --self-test")
        }
        if selfTest { return try reproduce() }
        let choice = try choice()
        guard let parameters = ProofParameters.named(choice.profile) else {
            let known = ProofParameters.profiles.map(\.name).joined(separator: ", ")
            throw CommandFailure.usage("there is no proof profile \(choice.profile); this release knows \(known)")
        }
        let soundness = ProgramSoundness(
            program: try BlockProgram(parameters: parameters), maxInstanceLogHeight: choice.maxInstanceLogHeight)
        let page = SoundnessPage(soundness)
        let console = Console.current
        if json { console.json(page.json) } else { console.line(page.text) }
        guard soundness.isSufficient || choice.isTest else {
            throw CommandFailure(
                "the proof profile \(choice.profile) has a round under 100 proven bits: for tests only")
        }
    }

    private func choice() throws(CommandFailure) -> GenesisProofChoice {
        if let genesis { return try GenesisProofChoice(path: genesis) }
        let profile = profile ?? ProofParameters.profileA.name
        return GenesisProofChoice(profile: profile, maxInstanceLogHeight: .max, isTest: false)
    }

    private func reproduce() throws(CommandFailure) {
        let console = Console.current
        if json {
            console.json([
                "published": .array(
                    PublishedSoundness.all.map { figure in
                        [
                            "system": .string(figure.system), "queries": .integer(Int64(figure.queryCount)),
                            "workBits": .integer(Int64(figure.grindingBits)),
                            "publishedBits": .number(figure.publishedBits),
                            "computedBits": Figure.json(figure.computedBits, decimals: 4),
                            "isReproduced": .bool(figure.isReproduced),
                        ]
                    })
            ])
        } else {
            var table = TextTable([
                .left("SYSTEM"), .right("QUERIES"), .right("WORK"), .right("PUBLISHED"), .right("HERE"),
            ])
            for figure in PublishedSoundness.all {
                table.add([
                    figure.system, "\(figure.queryCount)", "\(figure.grindingBits)",
                    Figure.nearest(figure.publishedBits, decimals: 2), Figure.nearest(figure.computedBits, decimals: 3),
                ])
            }
            console.line(table.text)
        }
        if let wrong = PublishedSoundness.all.first(where: { !$0.isReproduced }) {
            throw CommandFailure("the calculator does not reproduce \(wrong.system)")
        }
    }
}
