import ProofField
import STARKCore
import STARKSamples
import Testing

@Suite("Soundness")
struct SoundnessTests {
    @Test("The query round reproduces published figures", arguments: PublishedSoundness.all)
    func published(_ figure: PublishedSoundness) {
        #expect(figure.isReproduced, "\(figure.system): \(figure.computedBits)")
    }

    @Test("Four figures are published, and none is reproduced by other parameters")
    func publishedFigures() {
        #expect(PublishedSoundness.all.map(\.publishedBits) == [100.08, 100.10, 100.01, 128.03])
        for figure in PublishedSoundness.all {
            let other = SoundnessReport.queryBits(
                proximity: figure.proximity, count: figure.queryCount - 1, grindingBits: figure.grindingBits)
            #expect(abs(other - figure.publishedBits) > figure.tolerance)
        }
    }

    /// The notes' table: rate 1/4, 350 columns, 600 constraints, before work.
    @Test("The other rounds reproduce the founding notes' table", arguments: [(10, 104.9, 113.6), (18, 96.9, 105.6)])
    func table(_ logHeight: Int, _ batching: Double, _ fold: Double) throws {
        let report = SoundnessReport(
            parameters: .profileA,
            statement: SoundnessReport.Statement(
                logHeight: logHeight, constraintCount: 600, batchedColumns: 350, degree: 3, totalMessages: 1 << 22))
        func bits(_ name: String) throws -> Double { try #require(report.rounds.first { $0.name == name }).bits }
        #expect(abs(try bits("batching") - 8 - batching) < 0.1)
        #expect(report.weakest.bits == report.rounds.map(\.bits).min())
        #expect(abs(try bits("fold to \(1 << (logHeight - 3))") - fold) < 0.1)
        #expect(abs(try bits("constraint folding") - 114.7) < 0.1)
        #expect(abs(try bits("buses") - 100.95) < 0.01)
    }

    @Test("Profile A has 100 provable bits in every round and in the sum", arguments: [8, 11, 14, 15, 16, 17])
    func profileA(_ logHeight: Int) throws {
        for circuit in ProgramTests.circuits {
            let report = SoundnessReport(
                parameters: .profileA,
                statement: SoundnessReport.Statement(
                    circuit: circuit, logHeight: logHeight, totalMessages: 1 << 22))
            #expect(report.minimum >= 100)
            #expect(report.sum >= 100)
            #expect(report.sum <= report.minimum)
        }
    }

    @Test("A profile under 100 bits says so in its name")
    func names() throws {
        let statement = SoundnessReport.Statement(
            circuit: ProgramTests.circuits[0], logHeight: 8, totalMessages: 1 << 10)
        for name in ["A", "insecure-test"] {
            let parameters = try #require(ProofParameters.named(name))
            let report = SoundnessReport(parameters: parameters, statement: statement)
            #expect((report.minimum < 100) == parameters.name.contains("insecure"))
        }
        #expect(ProofParameters.named("B") == nil)
    }

    @Test("Logarithms agree with exact powers", arguments: [-30, 0, 1, 31, 124])
    func logarithm(_ exponent: Int) {
        let value = Double(sign: .plus, exponent: exponent, significand: 1)
        #expect(SoundnessReport.log2(value) == Double(exponent))
        #expect(abs(SoundnessReport.log2(value * 3) - Double(exponent) - 1.584962500721156) < 1e-12)
    }
}
