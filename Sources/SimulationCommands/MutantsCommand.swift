import ArgumentParser
import CommandShell
import FoundationEssentials
import JSONRPC
import Simulation

/// `cairn-sim mutants`.
struct MutantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mutants",
        abstract: "Plant bugs in the production code, one at a time, and see that the simulator finds each.",
        discussion: """
            Example: cairn-sim mutants --sample 10
            Run it in the root of the sources. A copy of the modules with all mutants in it is built under \
            .build/mutants; each hunt switches on one of them and runs the oracle, engines, twins and clusters until \
            a law is broken. The exit status is 1 when a mutant survives, or when the code finds fault with itself.
            """)

    @Option(help: "Hunt this many mutants instead of all.")
    var sample: Int?

    @Option(help: "Which sample: another number draws other mutants.")
    var draw: UInt64 = 1

    @Option(help: "The seed of the hunts.")
    var seed: UInt64 = 1

    @Option(help: "Hunt this mutant only.")
    var only: String?

    @Flag(help: "Write JSON; errors go to standard error as a JSON object.")
    var json = false

    func run() async throws {
        let console = Console.current
        console.progress("building the sources with \(MutantCatalogue.all.count) mutants in them")
        let package = try MutantPackage.prepare()
        try package.build()
        let results: [Hunt]
        let control = try package.hunt(number: 0, name: "none", seed: seed)
        guard control.finder == nil else {
            throw CommandFailure("without any mutant the suite finds fault: \(control.text)")
        }
        let chosen = try chosen()
        results = try await withThrowingTaskGroup(of: (number: Int, hunt: Hunt).self) { group in
            var (waiting, done) = (chosen[...], [(number: Int, hunt: Hunt)]())
            while true {
                while chosen.count - waiting.count - done.count < ProcessInfo.processInfo.activeProcessorCount,
                    let (number, mutant) = waiting.popFirst()
                {
                    let seed = seed
                    group.addTask { (number, try package.hunt(number: number, name: mutant.name, seed: seed)) }
                }
                guard let hunted = try await group.next() else { break }
                done.append(hunted)
                console.progress("\(done.count) of \(chosen.count) hunted, last \(hunted.hunt.name)")
            }
            return done.sorted { $0.number < $1.number }.map(\.hunt)
        }
        console.endProgress()
        report(results, control: control.seconds)
        let survivors = results.filter { $0.finder == nil }.map(\.name)
        guard survivors.isEmpty else {
            throw CommandFailure(
                "\(survivors.count) of \(results.count) mutants survive: \(survivors.joined(separator: ", "))")
        }
    }

    private func chosen() throws -> [(number: Int, mutant: Mutant)] {
        let all = MutantCatalogue.all.enumerated().map { (number: $0.offset + 1, mutant: $0.element) }
        if let only {
            let match = all.filter { $0.mutant.name == only }
            guard !match.isEmpty else { throw CommandFailure.usage("there is no mutant named \(only)") }
            return match
        }
        guard let sample else { return all }
        var random = SimulationRandom(seed: draw)
        return Array(all.shuffled(using: &random).prefix(sample)).sorted { $0.number < $1.number }
    }

    private func report(_ results: [Hunt], control: Double) {
        let console = Console.current
        guard !json else {
            return console.json([
                "seed": JSONValue(seed), "build": .string(BuildCommit.name),
                "mutants": .array(
                    results.map {
                        [
                            "name": .string($0.name), "foundBy": $0.finder.map { .string($0) } ?? .null,
                            "finding": .string($0.text), "milliseconds": JSONValue(UInt64($0.seconds * 1_000)),
                        ]
                    }),
            ])
        }
        for result in results {
            let tenths = UInt64(result.seconds * 10)
            console.line(
                "\(result.name.padded(to: 34)) \((result.finder ?? "SURVIVED").padded(to: 9)) "
                    + "\(tenths / 10).\(tenths % 10) s  \(result.text.prefix(90))")
        }
        let found = results.count { $0.finder != nil }
        console.line("\(found) of \(results.count) mutants found; the whole suite takes \(UInt64(control)) s")
    }
}

/// What came of hunting one mutant.
struct Hunt: Sendable {
    var name: String
    /// The part of the suite that found it; nil when it survived.
    var finder: String?
    var text: String
    var seconds: Double
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
