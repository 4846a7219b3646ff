import Circuits
import Foundation
import STARKCore
import Testing

struct CircuitPageTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Docs/Spec/Circuits")

    /// With CAIRN_WRITE_DOCS set it writes the pages instead of comparing them (`make pages`).
    @Test func theCircuitPagesAreThoseOfTheRecording() throws {
        let program = try testProgram.get()
        for circuit in program.circuits.circuits {
            let page = CircuitPage(circuit).markdown
            let file = Self.folder.appending(path: "\(circuit.name).md")
            if ProcessInfo.processInfo.environment["CAIRN_WRITE_DOCS"] != nil {
                try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
                try page.write(to: file, atomically: true, encoding: .utf8)
            }
            let written = try String(contentsOf: file, encoding: .utf8)
            #expect(written == page, "\(circuit.name).md is out of date: make pages")
        }
    }

    @Test func theOverviewHasTheRecordingsNumbers() throws {
        let program = try testProgram.get()
        let overview = try String(
            contentsOf: Self.folder.deletingLastPathComponent().appending(path: "Circuits.md"), encoding: .utf8)
        let (hash, accounts) = (program.treeHash, program.accounts)
        for row in [
            "| main columns | \(hash.columnCount) | \(accounts.columnCount) |",
            "| constraints | \(hash.constraints.count) | \(accounts.constraints.count) |",
            "| messages | \(hash.messages.count) | \(accounts.messages.count) |",
            "| stage 2, quotient columns | \(hash.stage2Width), 8 | \(accounts.stage2Width), 8 |",
        ] { #expect(overview.contains(row), "\(row)") }
        #expect(hash.degree <= 3 && accounts.degree <= 3)
    }
}
