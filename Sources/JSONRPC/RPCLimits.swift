/// What one server grants its clients, all of them together. Sizes in bytes, times in seconds.
package struct RPCLimits: Sendable, Equatable {
    /// One request body; geth grants 5 MiB, proof payloads of this chain need more.
    package var bodyBytes = 32 << 20
    /// One WebSocket message, and what may wait on one socket before it is no longer read.
    package var messageBytes = 4 << 20
    /// Bodies being received and worked on, over all connections.
    package var totalBodyBytes = 256 << 20

    /// All header fields of one request together, and their number (GHSA-rj37-6j9x-74q6).
    package var headerBytes = 16 << 10
    /// See `headerBytes`.
    package var headerCount = 64

    /// Requests in a batch; viem and geth go up to 1000.
    package var batchItems = 1000
    /// The answer to one request or batch; geth's figure.
    package var responseBytes = 25_000_000
    /// Name of a method.
    package var methodBytes = 128

    /// Nesting, values and strings of a request's JSON.
    package var json = JSONLimits()

    /// Open connections in all.
    package var connections = 512
    /// Connections from one address that is not this machine's own.
    package var connectionsPerAddress = 64
    /// Calls being worked on, over all connections. One connection has at most one.
    package var callsInFlight = 256
    /// WebSocket messages that wait for their turn before the socket is no longer read.
    package var queuedMessages = 16
    /// Bytes that a slow WebSocket client may leave unread before it is disconnected.
    package var unreadBytes = 32 << 20

    /// From connecting to the end of the first request's header.
    package var headerSeconds: Int64 = 5
    /// From the end of the header to the end of the body.
    package var bodySeconds: Int64 = 30
    /// To take in the whole answer.
    package var writeSeconds: Int64 = 30
    /// Between requests on one connection, and between signs of life on a WebSocket.
    package var idleSeconds: Int64 = 60

    /// The limits of a node.
    package init() {}
}
