/// The parts of a node's URL: `http://host[:port][/path]`.
struct NodeURL: Sendable {
    let text: String
    let host: String
    let port: Int
    /// The path and query, at least "/".
    let target: String
    /// What goes into the `Host` field.
    let authority: String

    init(_ text: String) throws(RPCClientError) {
        func invalid(_ reason: String) -> RPCClientError { .invalidURL(text, reason: reason) }
        guard text.utf8.allSatisfy({ (0x21..<0x7f).contains($0) }) else { throw invalid("unexpected characters") }
        guard let separator = text.firstRange(of: "://") else { throw invalid("it has to begin with http://") }
        guard text[..<separator.lowerBound].lowercased() == "http" else {
            throw invalid("only http:// is supported; use a local proxy to reach a node over TLS")
        }
        let rest = text[separator.upperBound...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.contains("@") else { throw invalid("user names are not supported") }
        let path = rest[end...].prefix { $0 != "#" }
        self.text = text
        self.authority = String(authority)
        target = path.hasPrefix("/") ? String(path) : "/" + path
        let hostEnd =
            authority.hasPrefix("[")
            ? authority.firstIndex(of: "]").map { authority.index(after: $0) } ?? authority.endIndex
            : authority.firstIndex(of: ":") ?? authority.endIndex
        host = authority[..<hostEnd].trimmingBrackets
        guard !host.isEmpty else { throw invalid("the host is missing") }
        let portText = authority[hostEnd...]
        guard !portText.isEmpty else {
            port = 80
            return
        }
        guard portText.hasPrefix(":"), let port = UInt16(portText.dropFirst()), port > 0 else {
            throw invalid("the port has to be a number from 1 to 65535")
        }
        self.port = Int(port)
    }
}

extension Substring {
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : String(self)
    }
}
