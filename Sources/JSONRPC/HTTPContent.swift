/// A page or document that the server gives out as it is.
package struct HTTPContent: Sendable {
    /// HTTP status code (RFC 9110, section 15).
    package let status: Int
    /// Value of `Content-Type`.
    package let contentType: String
    /// Further header fields, such as a content security policy.
    package let headers: [(name: String, value: String)]
    /// Sent as it is; its length is the content's.
    package let body: [UInt8]

    package init(
        status: Int = 200, contentType: String, headers: [(name: String, value: String)] = [], body: [UInt8]
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    /// UTF-8 text.
    package static func text(_ text: String, status: Int = 200) -> HTTPContent {
        HTTPContent(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// A JSON document.
    package static func json(_ value: JSONValue, status: Int = 200) -> HTTPContent {
        HTTPContent(status: status, contentType: "application/json", body: value.serialized)
    }

    static func json(bytes: [UInt8], status: Int = 200) -> HTTPContent {
        HTTPContent(status: status, contentType: "application/json", body: bytes)
    }
}

/// What `GET /health` answers: 200 when healthy, else 503, with the details as JSON.
package struct HealthReport: Sendable {
    /// Whether the node answers 200 rather than 503.
    package let isHealthy: Bool
    /// What a person or a monitor reads.
    package let details: JSONValue

    package init(isHealthy: Bool, details: JSONValue) {
        self.isHealthy = isHealthy
        self.details = details
    }
}
