/// What a server answers with: the methods of the node, injected by whoever assembles it.
package protocol RPCHandler: Sendable {
    /// The result of `method`, or the error object for the client.
    ///
    /// `params` is an array, an object or nil. Called from many tasks at once.
    func call(method: String, params: JSONValue?, context: RPCContext) async -> Result<JSONValue, RPCError>
}

/// Where a call came from.
package struct RPCContext: Sendable {
    /// The client's network address, nil when it is not known.
    package let peer: String?

    /// The WebSocket on which the call came, to which notifications can be sent; nil over plain HTTP.
    package let connection: RPCConnection?

    /// Without arguments: a call from an unknown peer over plain HTTP.
    package init(peer: String? = nil, connection: RPCConnection? = nil) {
        self.peer = peer
        self.connection = connection
    }
}
