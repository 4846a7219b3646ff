import ArgumentParser
import Commands
import Foundation
import ProverCommands
import Testing

/// Every command line that stands in a code block of the documentation is one that the programs understand.
struct DocumentedCommandTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let pages: [String] = {
        let docs = FileManager.default.enumerator(atPath: root.appending(path: "Docs").path)
        let inDocs = (docs?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".md") }.map { "Docs/\($0)" }
        return ["README.md", "Genesis/README.md", "devnet/README.md"] + inDocs.sorted()
    }()

    /// The words of a line, without its comment; what a shell would put in is one word.
    private static func words(_ line: some StringProtocol) -> [String] {
        var (words, word, isQuoted, depth) = ([String](), "", false, 0)
        for character in line {
            switch character {
            case "(" where word.hasSuffix("$"): depth += 1
            case ")" where depth > 0: depth -= 1
            case "\"" where depth == 0: isQuoted.toggle()
            case "#" where word.isEmpty && !isQuoted, "|" where !isQuoted && depth == 0: return words
            case " " where !isQuoted && depth == 0:
                if !word.isEmpty { words.append(word) }
                word = ""
            default: word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    /// Program and arguments of every line that runs `cairn` or `cairn-prover`, also through `make devnet`.
    private static let lines: [String: [[String]]] = {
        var found: [String: [[String]]] = [:]
        for page in pages {
            guard let text = try? String(contentsOf: root.appending(path: page), encoding: .utf8) else { continue }
            var isCode = false
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                if line.hasPrefix("```") { isCode.toggle() }
                guard isCode, let first = words(line).first else { continue }
                let program = first.split(separator: "/").last.map(String.init) ?? first
                let rest = Array(words(line).dropFirst())
                if ["cairn", "cairn-prover"].contains(program) {
                    found[page, default: []].append([program] + rest)
                } else if program == "make", rest.first == "devnet", let options = rest.last, rest.count == 2 {
                    found[page, default: []].append(["cairn", "devnet"] + words(options.dropFirst("DEVNET=".count)))
                }
            }
        }
        return found
    }()

    @Test(arguments: lines.keys.sorted()) func everyLineOfThePageIsUnderstood(_ page: String) throws {
        for line in Self.lines[page] ?? [] {
            // An ellipsis stands for options that the reader knows.
            guard line.last != "…" else { continue }
            let arguments = Array(line.dropFirst())
            #expect(throws: Never.self, "\(line)") {
                _ =
                    line[0] == "cairn"
                    ? try CairnCommand.parseAsRoot(arguments) : try CairnProverCommand.parseAsRoot(arguments)
            }
        }
    }

    /// That lines are found at all, those behind a substitution and through make among them.
    @Test func theLinesAreRead() {
        let readme = Self.lines["README.md"] ?? []
        #expect(readme.count > 30)
        #expect(readme.contains(["cairn", "devnet", "--reset", "--validators", "1"]))
        #expect(readme.contains { $0.contains("--operator") && $0.last == "--wait" && $0.count == 10 })
        #expect(Self.lines["Docs/Lab.md"]?.isEmpty == false && Self.lines["Genesis/README.md"]?.isEmpty == false)
    }
}
