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
    /// It does not take in what it is sent.
    case tooSlow
    /// A newer connection to the same node took its place.
    case replaced
    case stopped
}

/// What a peer can do wrong, and what it costs.
package enum PeerOffence: String, CaseIterable, Hashable, Sendable {
    // What this module sees itself.
    case oversizeFrame
    case emptyFrame
    case unknownChannel
    case invalidFrame
    case oversizeMessage
    case malformedControl
    /// A message before both sides accepted each other, or a second hello.
    case outOfOrder
    // What the node reports.
    /// Bytes that are no message.
    case malformedMessage
    /// Something that an honest node cannot send: a false signature, an invalid block.
    case provablyWrong
    /// An answer that did not come, or was not what was asked for.
    case brokenPromise
    /// Something nobody needs, which an honest node may send too.
    case useless

    package var points: Int {
        switch self {
        case .oversizeFrame, .emptyFrame, .unknownChannel, .invalidFrame, .oversizeMessage, .malformedControl,
            .outOfOrder, .malformedMessage, .provablyWrong:
            100
        case .brokenPromise: 25
        case .useless: 2
        }
    }

    /// Whether the connection is closed at once.
    var closes: Bool { points >= 100 }
}
