/// What a node grants its peers, each and all together. Sizes in bytes, times in milliseconds.
package struct TransportLimits: Sendable {
    // MARK: Connections

    /// Peers that dialled us; static peers are not counted.
    package var inbound = 40
    /// Peers that we dial of our own accord; static peers are not counted.
    package var outbound = 10
    /// Peers behind one IP address, and in one IPv4 /24 or IPv6 /48.
    package var perAddress = 2
    package var perNetwork = 8
    /// Connections that have not said who they are, in all and from one IP address.
    package var handshaking = 64
    package var handshakingPerAddress = 8
    /// On a devnet all peers share one address: the limits by address do not hold for this machine's own, and peers on
    /// it may be told to others.
    package var exemptsLoopback = false

    // MARK: Messages

    /// The most that one frame carries; a longer message goes in several.
    package static let partBytes = 64 << 10
    /// One control message, always a single frame.
    package static let controlBytes = 16 << 10

    /// The longest message of a channel.
    package static func messageBytes(_ channel: PeerChannel) -> Int {
        switch channel {
        case .consensus: 1 << 20
        case .block, .sync: 96 << 20
        case .proof: 18 << 20
        case .transaction: 1 << 20
        case .snapshot: 4 << 20
        }
    }

    /// Messages and bytes that may wait for a peer before it is given up as too slow. At least one message of the
    /// longest kind fits.
    package var queueMessages = 4_096
    package var queueFactor = 2

    /// Bytes that may wait for all peers together; above that the peer with the longest lines is given up.
    package var queueBytesInAll = 1 << 30

    func queueBytes(_ channel: PeerChannel) -> Int {
        switch channel {
        case .consensus, .transaction: 4 * queueFactor * Self.messageBytes(channel)
        case .block, .proof, .sync, .snapshot: queueFactor * Self.messageBytes(channel)
        }
    }

    /// Bytes received from a peer that nobody has taken yet, after which its socket is no longer read.
    package var unreadBytes = 8 << 20
    /// What is read of a peer: steady rates, and bursts of this many seconds' worth.
    package var bytesPerSecond = 64 << 20
    package var messagesPerSecond = 5_000
    package var burstSeconds = 4

    // MARK: Times

    package var dial: Int64 = 3_000
    /// From connecting until both sides have accepted each other.
    package var handshake: Int64 = 10_000
    package var ping: Int64 = 2_000
    /// Without a byte for this long a peer is taken for gone.
    package var silence: Int64 = 8_000
    /// How often the network looks for what is due.
    package var maintenance: Int64 = 250
    package var exchange: Int64 = 15_000
    /// Pause after a first failed dial; it doubles up to a maximum, which is low for static peers: a healed network must
    /// go on soon.
    package var redial: UInt64 = 250
    package var redialStatic: UInt64 = 2_000
    package var redialOther: UInt64 = 120_000

    // MARK: Conduct

    /// Points at which a peer is banned, and for how long. Points fade by one a second.
    package var banPoints = 100
    package var ban: UInt64 = 600_000

    // MARK: Addresses

    package var bookEntries = 1_024
    package var bookPerNetwork = 64
    package static let exchangeEntries = 32

    package init() {}
}
