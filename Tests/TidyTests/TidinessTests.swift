import Foundation
import Testing

@Suite struct TidinessTests {
    @Test func filesAreShort() throws {
        for file in try SourceTree.files(under: "Sources") + SourceTree.files(under: "Tests") {
            #expect(file.lines.count <= 600, "\(file.path) has \(file.lines.count) lines: is it about one thing?")
        }
    }

    @Test func linesFitAScreen() throws {
        for file in try SourceTree.files(under: "Sources") {
            for (number, line) in file.lines.enumerated() where line.count > 130 {
                Issue.record("\(file.path):\(number + 1) is \(line.count) characters long")
            }
        }
    }

    /// What ends a process on bad input has no place in code that bytes from outside can reach. Where an invariant of
    /// our own is asserted, the call says what it is.
    @Test func nothingTrapsWithoutAReason() throws {
        for file in try SourceTree.files(under: "Sources") {
            for (number, line) in file.code {
                for word in ["try!", "as!", "fatalError()", "preconditionFailure()"] where line.contains(word) {
                    Issue.record("\(file.path):\(number): \(word)")
                }
            }
        }
    }

    @Test func nothingIsMarkedUnfinished() throws {
        // Spelled in parts, so that this file passes its own test.
        let marks = ["TO" + "DO", "FIX" + "ME"]
        for file in try SourceTree.files(under: "Sources") + SourceTree.files(under: "Tests") {
            for (number, line) in file.lines.enumerated() where marks.contains(where: { line.contains($0) }) {
                Issue.record("\(file.path):\(number + 1)")
            }
        }
    }

    /// A vector file that no test names tests nothing.
    @Test func everyVectorFileIsRead() throws {
        let tests = try SourceTree.files(under: "Tests").flatMap(\.lines)
        for file in try SourceTree.files(under: "Tests/Vectors", suffix: ".json") {
            let name = file.path.split(separator: "/").last.map { $0.split(separator: ".")[0] } ?? ""
            #expect(tests.contains { $0.contains(name) }, "\(file.path) is read by no test")
        }
    }

    /// How the declaration of `name(label:)` begins: the whole name, whatever the labels.
    private static func declaration(_ name: some StringProtocol) -> String { "func \(name.prefix { $0 != "(" })(" }

    @Test func everyCoverageRowNamesAnExistingTest() throws {
        let page = try #require(try SourceTree.files(under: "Docs", suffix: "Coverage.md").first)
        let tests = try SourceTree.files(under: "Tests").flatMap(\.lines).joined(separator: "\n")
        let rows = page.lines.filter { $0.hasPrefix("| ") }
        #expect(!rows.isEmpty)
        for row in rows {
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count >= 3 else { continue }
            let names = cells[2].split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { $0.element }
            for name in names where name.hasSuffix(")") {
                #expect(tests.contains(Self.declaration(name)), "\(cells[0]) names \(name), which does not exist")
            }
        }
    }

    /// The pages of the specification name tests as the proof of what they say.
    @Test func everyTestThatTheSpecificationNamesExists() throws {
        let tests = try SourceTree.files(under: "Tests").flatMap(\.lines).joined(separator: "\n")
        var count = 0
        for page in try SourceTree.files(under: "Docs/Spec", suffix: ".md") {
            let names = page.lines.flatMap { $0.split(separator: "`") }.filter { $0.hasSuffix("()") }
            for name in names where !name.contains(".") && !name.contains(" ") {
                count += 1
                #expect(tests.contains(Self.declaration(name)), "\(page.path) names \(name)")
            }
        }
        #expect(count > 0)
    }
}
