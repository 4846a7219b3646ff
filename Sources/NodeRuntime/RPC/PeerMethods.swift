import ByteCodec
import JSONRPC
import PeerNetwork
import Replica

extension NodeRPC {
    /// What the node says of its peers, and of catching up with them.
    static let peerMethods: [String: Method] = [
        "net_listening": { rpc, _, _ in .bool((rpc.peers?.transport.status.port ?? 0) > 0) },
        "net_peerCount": { rpc, _, _ in .quantity(rpc.peers?.transport.peerCount ?? 0) },
        "eth_syncing": { rpc, _, _ in
            guard let status = await rpc.host.syncStatus else { return false }
            return [
                "startingBlock": .quantity(status.start), "currentBlock": .quantity(status.current),
                "highestBlock": .quantity(status.target),
            ]
        },
        "cairn_peers": { rpc, _, _ in
            guard let status = rpc.peers?.transport.status else {
                return [
                    "node": .null, "listening": .null, "peers": [], "missing": [], "banned": [], "knownAddresses": 0,
                ]
            }
            return status.json
        },
    ]
}

extension TransportStatus {
    var json: JSONValue {
        [
            "node": .data(node), "listening": port > 0 ? .integer(Int64(port)) : .null,
            "peers": .list(peers) { peer in
                [
                    "node": .data(peer.node), "endpoint": .optional(peer.listening) { .string($0.endpoint) },
                    "remoteHost": .string(peer.remoteHost), "direction": peer.isInbound ? "inbound" : "outbound",
                    "isStatic": .bool(peer.isStatic), "agent": .string(peer.agent),
                    "upMilliseconds": JSONValue(peer.upFor),
                    "roundTripMilliseconds": .optional(peer.roundTrip) { JSONValue($0) },
                    "bytesIn": JSONValue(peer.bytesIn), "bytesOut": JSONValue(peer.bytesOut),
                    "queuedBytes": .count(peer.queuedBytes), "points": .count(peer.points),
                ]
            },
            "missing": .list(missing) { peer in
                [
                    "node": .data(peer.address.node), "endpoint": .string(peer.address.endpoint),
                    "failures": .count(peer.failures), "last": .optional(peer.last) { .string("\($0)") },
                ]
            },
            "banned": .list(banned) { .data($0) }, "knownAddresses": .count(knownAddresses),
        ]
    }
}
