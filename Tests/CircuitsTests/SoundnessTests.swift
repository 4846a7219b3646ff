import Circuits
import STARKCore
import STARKVerifier
import Testing

struct SoundnessTests {
    @Test func theTestProfileIsRefusedByName() throws {
        let soundness = ProgramSoundness(program: try testProgram.get(), maxInstanceLogHeight: 11)
        #expect(!soundness.isSufficient)
        let weakest = try #require(soundness.weakest)
        #expect(weakest.report.weakest.name == "queries")
        #expect(soundness.minimum == weakest.report.minimum)
        let none = ProgramSoundness(program: try testProgram.get(), maxInstanceLogHeight: 7)
        #expect(none.entries.isEmpty && !none.isSufficient && none.minimum == 0)
    }

    @Test func onlyHeightsOfTheGenesisCount() throws {
        let program = try BlockProgram(parameters: .profileA)
        let low = ProgramSoundness(program: program, maxInstanceLogHeight: 11)
        #expect(low.entries.map(\.logHeight) == [8, 11, 8, 11])
        let all = ProgramSoundness(program: program, maxInstanceLogHeight: .max)
        #expect(all.isSufficient && all.sum >= 100 && all.sum < all.minimum)
        #expect(all.minimum <= low.minimum)
    }

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
