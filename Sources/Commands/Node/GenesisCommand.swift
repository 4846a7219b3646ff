import ArgumentParser
import ByteCodec
import ChainTypes
import Circuits
import CommandShell
import FoundationEssentials
import JSONRPC
import NodeRuntime
import STARKCore

struct GenesisCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "genesis", abstract: "Genesis files.", subcommands: [Check.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Check a genesis file and say what is wrong with it.",
            discussion: """
                Example: cairn genesis check devnet/data/genesis.json
                The exit status is 1 when a chain could not start from it; warnings do not fail.
                """)

        @Argument(help: "The genesis file.")
        var path: String

        @Flag(help: "Write JSON; errors go to standard error as a JSON object.")
        var json = false

        func run() throws {
            let genesis = try GenesisReading.parse(path)
            // Why there is no program is said last, after everything else that is wrong.
            let issues = GenesisReading.issues(of: genesis, program: try? ChainProgram.of(genesis))
            let console = Console.current
            if json {
                console.json([
                    "genesisHash": .string("\(genesis.hash)"), "chainId": JSONValue(genesis.chainId),
                    "issues": .array(
                        issues.map { issue in
                            [
                                "severity": .string("\(issue.severity)"), "issue": .string("\(issue)"),
                                "explanation": .string(issue.explanation),
                            ]
                        }),
                ])
            } else {
                for issue in issues { console.line("\(issue.severity): \(issue): \(issue.explanation)") }
                console.line("chain \(genesis.chainId), genesis \(genesis.hash)")
            }
            let errors = issues.count { $0.severity == .error }
            guard errors == 0 else {
                throw CommandFailure("\(path): \(Rendering.count(errors, "error")): no chain can start from it")
            }
            _ = try ChainProgram.of(genesis)
        }
    }
}

/// Genesis files on disk.
enum GenesisReading {
    /// What is wrong with a genesis, what follows from the sizes of its proofs included; each issue
    /// once.
    static func issues(of genesis: Genesis, program: BlockProgram?) -> [GenesisIssue] {
        let general = genesis.validate()
        guard let program else { return general }
        let verifier = BlockJobVerifier(program: program)
        let sizes = program.circuits.circuits.map { circuit in
            verifier.maxProofBytes(
                PlannedInstance(circuit: circuit.id, logHeight: genesis.proving.maxInstanceLogHeight, weight: 0))
        }
        let bySize = genesis.issues(largestProof: UInt64(max(0, sizes.max() ?? 0)))
        return general + bySize.filter { !general.contains($0) }
    }

    static func parse(_ path: String) throws(CommandFailure) -> Genesis {
        let bytes = try read(path)
        do { return try GenesisFile.parse(bytes) } catch { throw CommandFailure("\(path): \(error)") }
    }

    static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        do { return [UInt8](try Data(contentsOf: URL(filePath: path))) } catch {
            let isThere = FileManager.default.fileExists(atPath: path)
            throw CommandFailure("cannot read the genesis file \(path)\(isThere ? "" : ": there is no such file")")
        }
    }
}
