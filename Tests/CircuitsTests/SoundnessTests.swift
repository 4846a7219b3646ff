import Circuits
import STARKCore
import STARKVerifier
import Testing

struct SoundnessTests {
    @Test func profileAHasAHundredBitsForBothCircuitsAtEveryHeight() throws {
        let program = try BlockProgram(parameters: .profileA)
        for circuit in program.circuits.circuits {
            for logHeight in program.parameters.logHeights {
                let report = SoundnessReport(
                    parameters: program.parameters,
                    statement: SoundnessReport.Statement(
                        circuit: circuit, logHeight: logHeight, totalMessages: JobVerifier.maximumMessages))
                #expect(report.minimum >= 100, "\(circuit.name) at 2^\(logHeight)")
                #expect(report.sum >= 99)
            }
        }
    }
}
