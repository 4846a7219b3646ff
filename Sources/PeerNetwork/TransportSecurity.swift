import Cryptography
import NIOCore
import NIOSSL

/// TLS 1.3 for both directions, with the certificate of this start.
struct TransportSecurity: Sendable {
    private let client: NIOSSLContext
    private let server: NIOSSLContext

    init(node: SecretKey) throws {
        let key = try EphemeralKey()
        let certificate = try NIOSSLCertificate(bytes: try NodeCertificate.make(key: key, node: node), format: .der)
        let privateKey = try NIOSSLPrivateKey(bytes: try key.pkcs8(), format: .der)
        // Who the peer is, is decided by our own callback; the mode makes both sides show a certificate.
        var configuration = TLSConfiguration.makeServerConfigurationWithMTLS(
            certificateChain: [.certificate(certificate)], privateKey: .privateKey(privateKey),
            trustRoots: .certificates([]))
        configuration.minimumTLSVersion = .tlsv13
        configuration.shutdownTimeout = .seconds(1)
        server = try NIOSSLContext(configuration: configuration)
        var outward = TLSConfiguration.makeClientConfiguration()
        outward.certificateChain = [.certificate(certificate)]
        outward.privateKey = .privateKey(privateKey)
        outward.certificateVerification = .noHostnameVerification
        outward.trustRoots = .certificates([])
        outward.minimumTLSVersion = .tlsv13
        outward.shutdownTimeout = .seconds(1)
        client = try NIOSSLContext(configuration: outward)
    }

    /// Puts TLS and the connection into a new channel's pipeline.
    func install(in channel: any Channel, _ connection: PeerConnection, isClient: Bool) throws {
        let bound = NIOLoopBound(connection, eventLoop: channel.eventLoop)
        let verify: NIOSSLCustomVerificationCallback = { chain, promise in
            promise.succeed(bound.value.verify(chain))
        }
        let pipeline = channel.pipeline.syncOperations
        if isClient {
            try pipeline.addHandler(
                try NIOSSLClientHandler(
                    context: client, serverHostname: nil, customVerificationCallback: verify))
        } else {
            try pipeline.addHandler(NIOSSLServerHandler(context: server, customVerificationCallback: verify))
        }
        try pipeline.addHandler(connection)
    }
}
