/// Why a node does not take another one as its peer. The number travels in the refusal.
package enum PeerRefusal: UInt8, Error, CaseIterable, Hashable, Sendable {
    /// Another version of the peer protocol.
    case wrongVersion = 1
    case wrongChain
    case wrongGenesis
    /// The node has reached itself.
    case ownNode
    case banned
    case tooManyPeers
    /// Too many peers behind this IP address.
    case tooManyFromAddress
    /// Too many peers in this /24.
    case tooManyFromNetwork
    /// There is a connection between these two nodes already.
    case duplicate
    /// Another node than the one that was dialled, or than the certificate names.
    case wrongNode
    case stopping
}

/// Why a connection ended.
package enum PeerDownReason: Hashable, Sendable {
    /// The other side closed it, or the network broke.
    case closed
    /// Nothing was heard for too long.
    case silent
    /// TLS and hello took too long.
    case handshakeTimeout
    /// The certificate does not prove a node key.
    case certificate(PeerCertificateRejection)
    case refusedByPeer(PeerRefusal)
    case refused(PeerRefusal)
    case offence(PeerOffence)
    /// The node counted faults against it until that was enough.
    case penalised
    /// It does not take in what it is sent.
    case tooSlow
    /// A newer connection to the same node took its place.
    case replaced
    case stopped
}

/// What a peer can do wrong that needs no understanding of messages. None of it happens by accident: each bans at once.
package enum PeerOffence: String, Error, CaseIterable, Hashable, Sendable {
    case oversizeFrame
    case emptyFrame
    case unknownChannel
    case invalidFrame
    case oversizeMessage
    case malformedControl
    /// A message before both sides accepted each other, or a second hello.
    case outOfOrder

    /// What it counts; the transport bans at 100.
    package static let points = 100
}
