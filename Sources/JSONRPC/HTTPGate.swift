import NIOCore
import NIOHTTP1

/// Which HTTP requests may be answered at all: the defence against web pages that reach for a local node.
///
/// A page can make its own host name resolve to this machine (DNS rebinding), so names in `Host` have to be known;
/// addresses cannot be rebound and always pass. A page of a foreign origin may not send calls either, since a plain
/// POST needs no preflight.
struct HTTPGate: Sendable {
    private let hosts: Set<String>
    private let origins: Set<String>

    /// `hosts` are names beside localhost, `origins` pages beside those of this machine; "*" allows all.
    init(hosts: [String], origins: [String]) {
        self.hosts = Set(hosts.map { $0.lowercased() }).union(["localhost"])
        self.origins = Set(origins.map { $0.lowercased() })
    }

    /// Whether the request names a host that this server answers for. Only clients that are no browsers leave it out.
    func allowsHost(in headers: HTTPHeaders) -> Bool {
        let values = headers["host"]
        guard values.count <= 1 else { return false }
        guard let host = values.first, !host.isEmpty, !hosts.contains("*") else { return true }
        let name = Self.hostName(of: host)
        return hosts.contains(name) || Self.isAddress(name)
    }

    /// Whether the page that sent the request, if one did, may make calls.
    func allowsOrigin(in headers: HTTPHeaders) -> Bool {
        guard let origin = headers.first(name: "origin")?.lowercased() else { return true }
        if origins.contains("*") || origins.contains(origin) { return true }
        guard let separator = origin.firstRange(of: "://") else { return false }
        let scheme = origin[..<separator.lowerBound]
        if ["chrome-extension", "moz-extension", "safari-web-extension"].contains(scheme) { return true }
        let authority = String(origin[separator.upperBound...])
        let name = Self.hostName(of: authority)
        return ["localhost", "127.0.0.1", "::1"].contains(name)
            || authority == headers.first(name: "host")?.lowercased()
    }

    /// The header fields that let an allowed page read the answer.
    func crossOriginFields(for headers: HTTPHeaders) -> [(String, String)] {
        if origins.contains("*") { return [("access-control-allow-origin", "*")] }
        guard let origin = headers.first(name: "origin"), allowsOrigin(in: headers) else { return [] }
        return [("access-control-allow-origin", origin), ("vary", "Origin")]
    }

    /// The name or address in "name", "name:port", "[address]:port", in lower case.
    private static func hostName(of authority: String) -> String {
        let text = authority.lowercased()
        if text.hasPrefix("[") { return String(text.dropFirst().prefix { $0 != "]" }) }
        let name = text.prefix { $0 != ":" }
        return String(name.hasSuffix(".") ? name.dropLast() : name)
    }

    private static func isAddress(_ name: String) -> Bool {
        (try? SocketAddress(ipAddress: name, port: 0)) != nil
    }
}
