package import STARKCore
import STARKVerifier

/// The proven soundness of a block program: of both circuits at every height that a plan may use, and of the buses over
/// the most messages that a whole job may have.
package struct ProgramSoundness: Sendable {
    /// What a chain that is not for tests has to have in every round.
    package static let requiredBits = 100.0

    /// One circuit at one height.
    package struct Entry: Sendable {
        /// Name of the circuit.
        package let circuit: String
        /// log2 of the instance's rows.
        package let logHeight: Int
        /// Every round, with its work.
        package let report: SoundnessReport
    }

    /// The parameters that are judged.
    package let parameters: ProofParameters
    /// H of the bus argument: messages of all instances of a job together. The verifier refuses plans with more.
    package let totalMessages = JobVerifier.maximumMessages
    /// By circuit, heights rising. Empty when the parameters allow no height up to the tallest.
    package let entries: [Entry]

    /// `maxInstanceLogHeight` is the genesis' tallest instance.
    package init(program: BlockProgram, maxInstanceLogHeight: Int) {
        parameters = program.parameters
        let heights = program.parameters.logHeights.filter { $0 <= maxInstanceLogHeight }
        var entries: [Entry] = []
        for circuit in program.circuits.circuits {
            for logHeight in heights {
                let statement = SoundnessReport.Statement(
                    circuit: circuit, logHeight: logHeight, totalMessages: totalMessages)
                entries.append(
                    Entry(
                        circuit: circuit.name, logHeight: logHeight,
                        report: SoundnessReport(parameters: program.parameters, statement: statement)))
            }
        }
        self.entries = entries
    }

    /// The entry whose weakest round is worth least; nil when there is none.
    package var weakest: Entry? { entries.min { $0.report.minimum < $1.report.minimum } }

    /// Bits of the weakest round of all; zero when no height is allowed.
    package var minimum: Double { weakest?.report.minimum ?? 0 }

    /// Bits of the sum of all rounds' errors in the worst entry.
    package var sum: Double { entries.reduce(entries.isEmpty ? 0 : .infinity) { min($0, $1.report.sum) } }

    /// Whether every round has the bits that a chain needs which is not for tests.
    package var isSufficient: Bool { minimum >= Self.requiredBits }
}
