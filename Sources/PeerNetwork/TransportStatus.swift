package import ByteCodec
import Synchronization

/// The network as it stands, for whoever runs the node.
package struct TransportStatus: Hashable, Sendable {
    package struct Peer: Hashable, Sendable {
        package var node: Address
        /// Where it takes connections; nil when it takes none.
        package var listening: PeerAddress?
        package var remoteHost: String
        package var isInbound: Bool
        package var isStatic: Bool
        package var agent: String
        /// Milliseconds since both sides accepted each other.
        package var upFor: UInt64
        /// Milliseconds of the last ping; nil before the first answer.
        package var roundTrip: UInt64?
        package var bytesIn: UInt64
        package var bytesOut: UInt64
        /// Bytes that wait to be sent.
        package var queuedBytes: Int
        package var points: Int
    }

    /// A static peer that is not there.
    package struct Missing: Hashable, Sendable {
        package var address: PeerAddress
        package var failures: Int
        /// How the last attempt ended; nil when none did.
        package var last: PeerDownReason?
    }

    package var node: Address
    /// 0 when the node does not listen.
    package var port: UInt16
    package var peers: [Peer]
    package var missing: [Missing]
    package var banned: [Address]
    package var knownAddresses: Int
}

extension PeerTransport {
    package var status: TransportStatus {
        let now = Self.now
        return state.withLock { state in
            let up = state.links.filter { $0.value.facts.isUp }
            let peers = up.keys.sorted().compactMap { node in
                up[node].map { link in
                    let facts = link.facts
                    return TransportStatus.Peer(
                        node: node, listening: link.listening, remoteHost: link.remoteHost,
                        isInbound: link.direction == .inbound, isStatic: staticNodes.contains(node),
                        agent: facts.hello?.agent ?? "", upFor: now &- (facts.upSince ?? now),
                        roundTrip: facts.roundTrip, bytesIn: facts.bytesIn, bytesOut: facts.bytesOut,
                        queuedBytes: link.queuedBytes, points: state.reputation.points(node, now: now))
                }
            }
            let missing = staticNodes.sorted().compactMap { node -> TransportStatus.Missing? in
                guard up[node] == nil, let dial = state.dials[node] else { return nil }
                return TransportStatus.Missing(address: dial.address, failures: dial.failures, last: dial.last)
            }
            return TransportStatus(
                node: node, port: state.port, peers: peers, missing: missing,
                banned: state.reputation.banned(now: now), knownAddresses: state.book.entries.count)
        }
    }

    /// Peers that are up.
    package var peerCount: Int { state.withLock { state in state.links.values.count { $0.facts.isUp } } }
}
