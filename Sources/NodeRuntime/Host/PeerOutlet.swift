package import ByteCodec
package import Replica

/// The way from the host to the peers. None of its calls waits for a peer.
package protocol PeerOutlet: Sendable {
    /// Says it to every peer but `except`.
    func broadcast(_ message: PeerMessage, except: Address?)
    func send(_ message: PeerMessage, to peer: Address)
    /// Counts a fault, and drops or bans the peer when it has gathered too many.
    func penalise(_ peer: Address, _ fault: PeerFault)
    /// Hands what peers say to the host, until the task is cancelled or there are no peers any more.
    func run(_ host: NodeHost) async
}

/// A node alone.
package struct NoPeers: PeerOutlet {
    package init() {}
    package func broadcast(_ message: PeerMessage, except: Address?) {}
    package func send(_ message: PeerMessage, to peer: Address) {}
    package func penalise(_ peer: Address, _ fault: PeerFault) {}
    package func run(_ host: NodeHost) async {}
}
