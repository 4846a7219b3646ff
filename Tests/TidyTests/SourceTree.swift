import Foundation

/// The repository as files: what the tidy tests read.
enum SourceTree {
    struct File {
        /// Path from the repository's root.
        var path: String
        var lines: [Substring]

        var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

        /// Lines without comments; strings are left as they are.
        var code: [(number: Int, text: Substring)] {
            lines.enumerated().compactMap { index, line in
                let trimmed = line.drop { $0 == " " }
                return trimmed.hasPrefix("//") ? nil : (index + 1, line)
            }
        }

        var imports: [String] {
            code.compactMap { _, line in
                let words = line.split(separator: " ").map(String.init)
                guard let position = words.firstIndex(of: "import"), position <= 1, words.count > position + 1,
                    position == 0 || ["package", "public", "internal", "private"].contains(words[0])
                else { return nil }
                return words[position + 1].split(separator: ".").first.map(String.init)
            }
        }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func files(under folder: String, suffix: String = ".swift") throws -> [File] {
        let base = root.appending(path: folder)
        guard let walker = FileManager.default.enumerator(atPath: base.path) else { return [] }
        return try walker.compactMap { $0 as? String }.filter { $0.hasSuffix(suffix) }.sorted().map { name in
            let text = try String(contentsOf: base.appending(path: name), encoding: .utf8)
            return File(path: "\(folder)/\(name)", lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }
}
