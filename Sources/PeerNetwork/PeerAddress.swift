package import ByteCodec

/// Where a peer can be reached, and who must answer there: `0x…@host:port`, with brackets around an IPv6 host.
package struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address of the peer's node key.
    package var node: Address
    /// A name or a numeric address, at most ``maxHostBytes`` bytes.
    package var host: String
    package var port: UInt16

    /// The longest name of RFC 1035.
    package static let maxHostBytes = 253

    /// Why a text or a message names no peer.
    package enum Rejection: Error, Hashable, Sendable {
        /// There is no "@" after the node's address.
        case missingNode
        case invalidNode
        case invalidHost
        case invalidPort
    }

    package init(node: Address, host: String, port: UInt16) throws(Rejection) {
        guard Self.isHost(host) else { throw .invalidHost }
        guard port > 0 else { throw .invalidPort }
        self.node = node
        self.host = host
        self.port = port
    }

    package init(_ text: String) throws(Rejection) {
        guard let at = text.firstIndex(of: "@") else { throw .missingNode }
        guard let node = Address(hex: String(text[..<at])) else { throw .invalidNode }
        let endpoint = text[text.index(after: at)...]
        guard let colon = endpoint.lastIndex(of: ":") else { throw .invalidPort }
        guard let port = UInt16(endpoint[endpoint.index(after: colon)...]) else { throw .invalidPort }
        var host = endpoint[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw .invalidHost
        }
        try self.init(node: node, host: String(host), port: port)
    }

    package var description: String { "\(node)@\(endpoint)" }

    /// `host:port`.
    package var endpoint: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isHost(_ host: String) -> Bool {
        let bytes = host.utf8
        return (1...maxHostBytes).contains(bytes.count)
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }
}

/// The networks that limits count by: an IPv4 /24 or an IPv6 /48.
enum NetworkGroup {
    /// Text before the last dot, or the first three groups of an IPv6 address.
    static func of(_ ip: String) -> String {
        if let dot = ip.lastIndex(of: "."), !ip.contains(":") { return String(ip[..<dot]) }
        return ip.split(separator: ":", omittingEmptySubsequences: false).prefix(3).joined(separator: ":")
    }

    static func isLoopback(_ ip: String) -> Bool {
        ip.hasPrefix("127.") || ip == "::1" || ip.hasPrefix("::ffff:127.") || ip == "localhost"
    }
}
