import Foundation
import Testing

/// The layers of `Docs/Architecture.md`: nothing imports upward, and what decides is pure.
@Suite struct LayeringTests {
    /// Modules by layer, lowest first. Inside a layer, a module may import those named before it.
    static let layers: [[String]] = [
        ["CRocksDB", "CSecp256k1", "CBotan", "CKernels"],
        ["ByteCodec", "Cryptography", "ProofField", "SeededRandom"],
        ["ChainTypes", "AccountTree", "SystemState"],
        ["STARKCore", "STARKVerifier", "STARKProver", "Circuits"],
        ["ProvingRules", "Execution", "Consensus", "Mempool"],
        ["Replica"],
        ["Storage", "JSONRPC", "PeerNetwork"],
        ["NodeRuntime", "ProverRuntime", "Simulation", "ProvingLab"],
        ["CommandShell", "Commands", "ProverCommands", "SimulationCommands"],
        ["cairn", "cairn-prover", "cairn-sim", "cairn-bench"],
    ]

    /// Pure modules: no clock, no randomness, no Foundation, no concurrency, no logging.
    static let pure = Set(layers[1...5].joined())
    /// Adapters never import each other.
    static let adapters: Set = ["Storage", "JSONRPC", "PeerNetwork"]

    static let order = Dictionary(
        uniqueKeysWithValues: layers.joined().enumerated().map { ($1, $0) })

    @Test func everyModuleHasItsLayer() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: SourceTree.root.appending(path: "Sources").path)
        let known = Set(Self.order.keys)
        #expect(Set(folders.filter { !$0.hasPrefix(".") }).subtracting(known).isEmpty)
    }

    @Test func nothingImportsUpward() throws {
        for file in try SourceTree.files(under: "Sources") {
            let own = try #require(Self.order[file.module], "\(file.path) is in no known module")
            for name in file.imports {
                guard let other = Self.order[name] else { continue }
                #expect(other < own, "\(file.path) imports \(name), which lies above it")
            }
        }
    }

    @Test func adaptersDoNotImportEachOther() throws {
        for file in try SourceTree.files(under: "Sources") where Self.adapters.contains(file.module) {
            #expect(Self.adapters.isDisjoint(with: file.imports), "\(file.path)")
        }
    }

    /// Whatever `cairn` is made of, the prover is not among it.
    @Test func theNodeNeverLinksTheProver() throws {
        let prover: Set = ["STARKProver", "ProverRuntime", "ProverCommands"]
        let itsOwn = prover.union([
            "cairn-prover", "cairn-bench", "ProvingLab", "SimulationCommands", "cairn-sim",
        ])
        for file in try SourceTree.files(under: "Sources") where !itsOwn.contains(file.module) {
            #expect(prover.isDisjoint(with: file.imports), "\(file.path)")
        }
    }

    static let bannedImports: Set<String> = [
        "Foundation", "FoundationEssentials", "Glibc", "NIO", "NIOCore", "NIOPosix", "Logging", "SeededRandom",
    ]
    static let bannedWords = [
        " async ", "await ", "Task {", "Task.detached", "Date(", ".random(", "SystemRandomNumberGenerator",
        "ContinuousClock", "SuspendingClock", " print(",
    ]

    @Test func whatDecidesIsPure() throws {
        for file in try SourceTree.files(under: "Sources") where Self.pure.contains(file.module) {
            // Botan's handles are kept per thread, which takes pthread keys.
            let allowed: Set = file.module == "Cryptography" ? ["Glibc"] : []
            let banned = Self.bannedImports.subtracting(allowed)
            #expect(banned.isDisjoint(with: file.imports), "\(file.path) imports what it may not")
            // The prover runs on threads; nothing it computes depends on them.
            if file.module != "STARKProver" { #expect(!file.imports.contains("Dispatch"), "\(file.path)") }
            for (number, line) in file.code {
                for word in Self.bannedWords where line.contains(word) {
                    Issue.record("\(file.path):\(number): \(word)")
                }
            }
        }
    }
}
