import ArgumentParser
import ChainTypes
import CommandShell
import Cryptography
import FoundationEssentials
import Logging
import NodeRuntime
import PeerNetwork

/// How a node meets others.
struct PeerOptions: ParsableArguments {
    @Option(help: "Take peers on this address, such as 0.0.0.0:30303; without it the node only dials.")
    var listen: String?

    @Option(
        name: .customLong("peer"),
        help: "A peer to stay connected with, 0x…@host:port (see: cairn node peers); once for each.")
    var peers: [String] = []

    @Option(help: "The host that peers are told to reach this node at; what they see when not given.")
    var announce: String?

    @Option(help: "Most peers that may dial this node; those given with --peer are not counted.")
    var maxPeers = 40

    @Option(help: "The file with the node's own key, made when missing; node.key in the data directory by default.")
    var nodeKey: String?

    /// Whether the node has anything to do with others.
    var isNetworked: Bool { listen != nil || !peers.isEmpty }

    func check() throws(CommandFailure) {
        guard (0...1_000).contains(maxPeers) else { throw .usage("--max-peers: expected 0 to 1000") }
        _ = try endpoint()
        _ = try staticPeers()
    }

    /// The transport, not started; nil for a node alone.
    func transport(
        _ genesis: Genesis, dataDir: String, log: Logger
    ) throws(CommandFailure) -> PeerTransport? {
        guard isNetworked else { return nil }
        var configuration = TransportConfiguration(chainId: genesis.chainId, genesisHash: genesis.hash)
        configuration.agent = CairnVersion.client
        configuration.listen = try endpoint()
        configuration.announcedHost = announce
        configuration.staticPeers = try staticPeers()
        configuration.addressBook = dataDir + "/peers.txt"
        configuration.limits.inbound = maxPeers
        configuration.limits.exemptsLoopback = genesis.isDevnet
        do {
            return try PeerTransport(
                configuration, key: try NodeKey.open(nodeKey ?? dataDir + "/" + NodeKey.fileName), log: log)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.internalFault, "\(error)")
        }
    }

    private func endpoint() throws(CommandFailure) -> (host: String, port: UInt16)? {
        guard let listen else { return nil }
        guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]) else {
            throw .usage("--listen: expected host:port, such as 0.0.0.0:30303, found \(listen)")
        }
        var host = listen[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { throw .usage("--listen: the host is missing in \(listen)") }
        return (String(host), port)
    }

    private func staticPeers() throws(CommandFailure) -> [PeerAddress] {
        var list: [PeerAddress] = []
        for text in peers {
            do { list.append(try PeerAddress(text)) } catch {
                throw .usage("--peer: expected 0x…@host:port, found \(text): \(error)")
            }
        }
        return list
    }
}

/// The key by which peers know a node. It holds no money and signs no votes.
enum NodeKey {
    static let fileName = "node.key"

    /// The key in a file, which is made when it is missing.
    static func open(_ path: String) throws(CommandFailure) -> SecretKey {
        if !FileManager.default.fileExists(atPath: path) { return try create(path) }
        return try KeyFile.key(path)
    }

    static func create(_ path: String) throws(CommandFailure) -> SecretKey {
        var generator = SystemRandomNumberGenerator()
        while true {
            let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            // A chance of 2^-127 is no key.
            guard let key = try? SecretKey(secret) else { continue }
            try KeyFile.create(path, secret: secret)
            return key
        }
    }
}
