import ByteCodec
import ChainTypes
import Cryptography
import Logging
import PeerNetwork

/// Transports of nodes on this machine, over real sockets and TLS.
enum BenchTransport {
    static func make(_ genesis: Genesis, name: String, peers: [PeerAddress] = []) throws -> PeerTransport {
        var configuration = TransportConfiguration(chainId: genesis.chainId, genesisHash: genesis.hash)
        configuration.listen = ("127.0.0.1", 0)
        configuration.staticPeers = peers
        configuration.limits.exemptsLoopback = true
        var log = Logger(label: name) { StreamLogHandler.standardError(label: $0) }
        log.logLevel = .error
        return try PeerTransport(configuration, key: try SecretKey(Keccak256.hash(utf8: name).bytes), log: log)
    }
}
