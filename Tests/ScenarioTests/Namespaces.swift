import Foundation
import Glibc

/// Network namespaces in place of proxies, where root plays: one for each node, which reach one another by way of this
/// machine's own. What cuts them is the kernel's routing, which tells nobody. They are gone with this object.
final class Namespaces: Sendable {
    private static let ip = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    private static let forwarding = "/proc/sys/net/ipv4/ip_forward"

    private let names: [String]
    private let tool: String
    private let forwarded: String

    init(_ count: Int) throws {
        guard geteuid() == 0, let tool = Self.ip else {
            throw ScenarioFailure("network namespaces take root and the program ip (Debian package iproute2)")
        }
        self.tool = tool
        names = (0..<count).map { "cairn-\(getpid())-\($0)" }
        forwarded = try String(contentsOfFile: Self.forwarding, encoding: .utf8)
        try "1".write(toFile: Self.forwarding, atomically: false, encoding: .utf8)
        for (index, name) in names.enumerated() {
            let link = Self.link(index)
            try run(["netns", "add", name])
            try run(["link", "add", link, "type", "veth", "peer", "name", "cairn", "netns", name])
            try run(["addr", "add", "10.213.\(index).1/30", "dev", link])
            try run(["link", "set", link, "up"])
            try run(["-n", name, "addr", "add", "\(host(index))/30", "dev", "cairn"])
            for device in ["lo", "cairn"] { try run(["-n", name, "link", "set", device, "up"]) }
            try run(["-n", name, "route", "add", "default", "via", "10.213.\(index).1"])
        }
    }

    private static func link(_ index: Int) -> String { "cairn\(getpid() % 100_000).\(index)" }

    /// A node's address.
    func host(_ index: Int) -> String { "10.213.\(index).2" }

    /// How a program is started in a node's namespace.
    func command(_ index: Int, _ executable: Executable, _ arguments: [String]) throws -> (String, [String]) {
        (tool, ["netns", "exec", names[index], try executable.path()] + arguments)
    }

    /// Lets nothing through between two groups of nodes, in both directions, or everything again.
    func set(isCut: Bool, between first: [Int], and second: [Int]) throws {
        for one in first {
            for other in second {
                for (from, to) in [(one, other), (other, one)] {
                    try run(["-n", names[from], "route", isCut ? "add" : "del", "blackhole", host(to)])
                }
            }
        }
    }

    deinit {
        for name in names { try? run(["netns", "del", name]) }
        try? forwarded.write(toFile: Self.forwarding, atomically: false, encoding: .utf8)
    }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: tool)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ScenarioFailure("ip \(arguments.joined(separator: " ")) ended with \(process.terminationStatus)")
        }
    }
}
