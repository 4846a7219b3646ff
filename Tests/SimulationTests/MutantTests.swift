import Foundation
import Simulation
import Testing

@Suite struct MutantTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("every mutant is an edit of the sources as they are", arguments: MutantWeaver.files)
    func everyMutantApplies(_ file: String) throws {
        let source = try String(contentsOf: Self.root.appending(path: "Sources/\(file)"), encoding: .utf8)
        let woven = try MutantWeaver.weave(source, file: file)
        for (index, mutant) in MutantCatalogue.all.enumerated() where mutant.file == file {
            #expect(woven.contains("MutantSwitch.active == \(index + 1))"), "\(mutant.name)")
        }
    }

    @Test func thereAreFiftyMutantsOrMore() {
        #expect(MutantCatalogue.all.count >= 50)
        #expect(Set(MutantCatalogue.all.map(\.name)).count == MutantCatalogue.all.count)
    }

    @Test("an edit that does not apply is refused by name")
    func staleEdit() throws {
        let file = try #require(MutantWeaver.files.first)
        #expect(throws: MutantFailure.self) { try MutantWeaver.weave("nothing of it", file: file) }
    }
}
