import CommandShell
import Foundation
import Simulation

/// A package under `.build/mutants` that holds what the simulator is made of, with all mutants woven in.
struct MutantPackage: Sendable {
    private static let folder = ".build/mutants"
    private static let hunter = "mutant-hunt"

    /// Of `swift package dump-package`, as far as it is needed.
    private struct Manifest: Decodable {
        struct Target: Decodable {
            var name: String
            var type: String
            var pkgConfig: String?
            var dependencies: [[String: [Name?]]]
        }
        /// A name in a dependency; conditions and empty places are no names.
        struct Name: Decodable {
            var text: String?
            init(from decoder: any Decoder) throws {
                text = try? decoder.singleValueContainer().decode(String.self)
            }
        }
        var targets: [Target]
    }

    /// Writes the package; files that are as they were are left alone, so that a second build is short.
    static func prepare() throws -> MutantPackage {
        let files = FileManager.default
        guard files.fileExists(atPath: "Package.swift"), files.fileExists(atPath: "Sources/Simulation") else {
            throw CommandFailure("run cairn-sim mutants in the root of the sources")
        }
        let dump = try run("/usr/bin/env", ["swift", "package", "dump-package"], [:])
        guard dump.status == 0, let manifest = try? JSONDecoder().decode(Manifest.self, from: dump.output) else {
            throw CommandFailure("swift package dump-package failed; does the package build?")
        }
        let targets = needed(manifest)
        for target in targets { try copy(target.name) }
        let main = """
            import Simulation

            @main enum Main {
                static func main() { MutantHunt.main(seed: UInt64(CommandLine.arguments.last ?? "") ?? 1) }
            }
            """
        try write(main, to: "Sources/\(hunter)/Main.swift")
        let flag = """
            import Glibc

            /// The number of the mutant that is on; 0 for none.
            package enum MutantSwitch {
                package static let active: Int = {
                    guard let text = getenv("CAIRN_MUTANT") else { return 0 }
                    return Int(String(cString: text)) ?? 0
                }()
            }
            """
        try write(flag, to: "Sources/MutantSwitch/MutantSwitch.swift")
        try write(text(of: targets), to: "Package.swift")
        return MutantPackage()
    }

    /// The target `Simulation` and all that it stands on.
    private static func needed(_ manifest: Manifest) -> [Manifest.Target] {
        var open = ["Simulation"]
        var found: [Manifest.Target] = []
        while let name = open.popLast() {
            guard !found.contains(where: { $0.name == name }),
                let target = manifest.targets.first(where: { $0.name == name })
            else { continue }
            found.append(target)
            open += target.dependencies.compactMap { $0["byName"]?.first??.text }
        }
        return found.sorted { $0.name < $1.name }
    }

    private static func text(of targets: [Manifest.Target]) -> String {
        let settings = """
            let settings: [SwiftSetting] = [
                .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
            ]
            """
        var lines = targets.map { target in
            if target.type == "system" {
                return ".systemLibrary(name: \"\(target.name)\", pkgConfig: \"\(target.pkgConfig ?? "")\"),"
            }
            var dependencies = target.dependencies.compactMap { dependency -> String? in
                if let name = dependency["byName"]?.first??.text { return "\"\(name)\"" }
                guard let product = dependency["product"], product.count > 1, let name = product[0]?.text,
                    let package = product[1]?.text
                else { return nil }
                return ".product(name: \"\(name)\", package: \"\(package)\")"
            }
            if target.name != "CKernels" { dependencies.append("\"MutantSwitch\"") }
            let list = dependencies.joined(separator: ", ")
            return ".target(name: \"\(target.name)\", dependencies: [\(list)], swiftSettings: settings),"
        }
        lines.append(".target(name: \"MutantSwitch\", swiftSettings: [.swiftLanguageMode(.v6)]),")
        lines.append(
            ".executableTarget(name: \"\(hunter)\", dependencies: [\"Simulation\"], swiftSettings: settings),")
        return """
            // swift-tools-version: 6.2
            import PackageDescription

            \(settings)
            let package = Package(
                name: "mutants", dependencies: [.package(path: "../checkouts/swift-collections")],
                targets: [
                    \(lines.joined(separator: "\n        "))
                ]
            )

            """
    }

    private static func copy(_ module: String) throws {
        let files = FileManager.default
        let mutated = Set(MutantWeaver.files)
        var kept: Set<String> = []
        for path in (files.enumerator(atPath: "Sources/\(module)")?.allObjects as? [String] ?? []).sorted() {
            var isFolder: ObjCBool = false
            let source = "Sources/\(module)/\(path)"
            guard unsafe files.fileExists(atPath: source, isDirectory: &isFolder), !isFolder.boolValue else { continue }
            kept.insert(path)
            let text = try String(contentsOfFile: source, encoding: .utf8)
            let name = "\(module)/\(path)"
            try write(mutated.contains(name) ? MutantWeaver.weave(text, file: name) : text, to: source)
        }
        let place = "\(folder)/Sources/\(module)"
        for path in files.enumerator(atPath: place)?.allObjects as? [String] ?? [] where !kept.contains(path) {
            if path.contains(".") { try? files.removeItem(atPath: "\(place)/\(path)") }
        }
    }

    private static func write(_ text: String, to path: String) throws {
        let place = "\(folder)/\(path)"
        if let old = try? String(contentsOfFile: place, encoding: .utf8), old == text { return }
        let parent = String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)])
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try text.write(toFile: place, atomically: true, encoding: .utf8)
    }

    func build() throws {
        let result = try Self.run(
            "/usr/bin/env",
            ["swift", "build", "-c", "release", "--package-path", Self.folder, "--product", Self.hunter], [:])
        guard result.status == 0 else {
            let errors = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
                .filter { $0.contains("error:") }
            throw CommandFailure("the woven sources do not build:\n" + errors.prefix(10).joined(separator: "\n"))
        }
    }

    /// What a hunt may take before it counts as endless: CPU seconds, and KiB of address space.
    private static let limits = "ulimit -t 600; ulimit -v 12000000"

    /// Runs the suite with one mutant on, 0 for none. A trap or an endless run is a find as well.
    func hunt(number: Int, name: String, seed: UInt64) throws -> Hunt {
        let watch = Stopwatch()
        let result = try Self.run(
            "/bin/sh",
            ["-c", "\(Self.limits); exec \"$0\" \"$@\"", "\(Self.folder)/.build/release/\(Self.hunter)", "\(seed)"],
            ["CAIRN_MUTANT": "\(number)"])
        var hunt = Hunt(name: name, finder: nil, text: "", seconds: watch.seconds)
        let text = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
            .last { $0.hasPrefix("found by ") || $0 == "survived" }
        if let text, text.hasPrefix("found by "), let colon = text.firstIndex(of: ":") {
            hunt.finder = String(text[..<colon].dropFirst("found by ".count))
            hunt.text = String(text[text.index(after: colon)...].dropFirst())
        } else if text == nil {
            hunt.finder = "trap"
            hunt.text = "the process ended with \(result.status)"
        }
        return hunt
    }

    private static func run(
        _ executable: String, _ arguments: [String], _ environment: [String: String]
    ) throws -> (status: Int32, output: Data) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = arguments.contains("dump-package") ? FileHandle.nullDevice : pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}
