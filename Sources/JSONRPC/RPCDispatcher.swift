/// JSON-RPC 2.0 over bytes, whatever carries them: a request body in, a response body out.
package struct RPCDispatcher: Sendable {
    /// The methods that are called.
    package let handler: any RPCHandler
    /// Bytes of the answer, requests of a batch, and what JSON may cost.
    package let limits: RPCLimits

    package init(handler: any RPCHandler, limits: RPCLimits = RPCLimits()) {
        self.handler = handler
        self.limits = limits
    }

    /// The response to `body`; nil when it holds only notifications.
    package func respond(to body: [UInt8], context: RPCContext) async -> [UInt8]? {
        let value: JSONValue
        do {
            value = try JSONParser.parse(body, limits: limits.json)
        } catch {
            return Self.response(id: .null, .failure(.parse(error)))
        }
        guard case .array(let items) = value else { return await respond(to: value, context) }
        return await respond(toBatch: items, context)
    }

    private func respond(toBatch items: [JSONValue], _ context: RPCContext) async -> [UInt8]? {
        guard !items.isEmpty else { return Self.response(id: .null, .failure(.invalidRequest("empty batch"))) }
        guard items.count <= limits.batchItems else {
            let reason = "batch too large: \(items.count) requests, at most \(limits.batchItems)"
            return Self.response(id: .null, .failure(.invalidRequest(reason)))
        }
        var body: [UInt8] = []
        for item in items {
            // Once the answer is full, the rest is not worked on: each gets an error in its place.
            let isFull = body.count >= limits.responseBytes
            let answer =
                isFull
                ? Self.refusal(of: item) : await respond(to: item, context, room: limits.responseBytes - body.count)
            guard let answer else { continue }
            body.append(UInt8(ascii: body.isEmpty ? "[" : ","))
            body.append(contentsOf: answer)
        }
        guard !body.isEmpty else { return nil }
        body.append(UInt8(ascii: "]"))
        return body
    }

    private func respond(to item: JSONValue, _ context: RPCContext, room: Int? = nil) async -> [UInt8]? {
        let request: RPCRequest
        switch RPCRequest.read(item, methodBytes: limits.methodBytes) {
        case .failure(let refusal): return Self.response(id: refusal.id, .failure(refusal.error))
        case .success(let read): request = read
        }
        let result = await handler.call(method: request.method, params: request.params, context: context)
        guard let id = request.id else { return nil }
        let response = Self.response(id: id, result)
        guard response.count <= room ?? limits.responseBytes else {
            return Self.response(id: id, .failure(.responseTooLarge))
        }
        return response
    }

    private static func refusal(of item: JSONValue) -> [UInt8]? {
        item["id"].map { response(id: $0.isIdentifier ? $0 : .null, .failure(.responseTooLarge)) }
    }

    /// A response object; it has a result or an error, never both.
    static func response(id: JSONValue, _ result: Result<JSONValue, RPCError>) -> [UInt8] {
        let outcome =
            switch result {
            case .success(let value): JSONMember("result", value)
            case .failure(let error): JSONMember("error", error.json)
            }
        return JSONValue.object([JSONMember("jsonrpc", "2.0"), JSONMember("id", id), outcome]).serialized
    }
}

/// One request object (JSON-RPC 2.0 section 4).
struct RPCRequest {
    /// Nil for a notification, which gets no response.
    let id: JSONValue?
    let method: String
    let params: JSONValue?

    /// Why an object is no request, and what to answer to.
    struct Refusal: Error {
        let id: JSONValue
        let error: RPCError
    }

    static func read(_ value: JSONValue, methodBytes: Int) -> Result<RPCRequest, Refusal> {
        func refuse(_ reason: String) -> Result<RPCRequest, Refusal> {
            let id = value["id"].flatMap { $0.isIdentifier ? $0 : nil } ?? .null
            return .failure(Refusal(id: id, error: .invalidRequest(reason)))
        }
        guard case .object = value else { return refuse("expected an object, found \(value.kindName)") }
        guard value["id"]?.isIdentifier != false else { return refuse("the id must be a string, a number or null") }
        guard value["jsonrpc"] == "2.0" else { return refuse("jsonrpc must be \"2.0\"") }
        guard let method = value["method"]?.string else { return refuse("the method must be a string") }
        guard method.utf8.count <= methodBytes else { return refuse("the name of the method is too long") }
        let params = value["params"]
        switch params {
        case nil, .null, .array, .object: break
        default: return refuse("params must be an array or an object")
        }
        return .success(RPCRequest(id: value["id"], method: method, params: params?.isNull == true ? nil : params))
    }
}

extension JSONValue {
    /// Whether a request may have this as its id.
    fileprivate var isIdentifier: Bool {
        switch self {
        case .null, .string, .integer, .unsigned, .number: true
        case .bool, .array, .object: false
        }
    }
}
