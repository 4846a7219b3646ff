import FoundationEssentials
import Glibc

/// Which sources this build is of, so that a seed can be replayed: the commit that the working directory is at.
enum BuildCommit {
    static var name: String {
        guard let head = lines(".git/HEAD").first else { return "unknown" }
        guard head.hasPrefix("ref: ") else { return String(head.prefix(12)) }
        let reference = String(head.dropFirst(5))
        if let hash = lines(".git/" + reference).first { return String(hash.prefix(12)) }
        let line = lines(".git/packed-refs").first { $0.hasSuffix(" " + reference) }
        return line.map { String($0.prefix(12)) } ?? "unknown"
    }

    private static func lines(_ path: String) -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
