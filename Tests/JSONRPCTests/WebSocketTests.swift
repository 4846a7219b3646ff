import JSONRPC
import Testing

/// The client's side of RFC 6455 on raw bytes.
private struct WebSocket {
    static func handshake(_ fields: String = "Host: localhost\r\n") -> String {
        "GET / HTTP/1.1\r\n\(fields)Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    }

    /// A masked frame, as clients send them (section 5.2); the mask is arbitrary.
    static func frame(_ text: String, opcode: UInt8 = 1, isFinal: Bool = true) -> [UInt8] {
        let mask: [UInt8] = [1, 2, 3, 4]
        let payload = Array(text.utf8).enumerated().map { $1 ^ mask[$0 % 4] }
        let length: [UInt8] =
            payload.count < 126
            ? [0x80 | UInt8(payload.count)] : [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
        return [(isFinal ? 0x80 : 0) | opcode] + length + mask + payload
    }

    /// The next frame of the server: its first byte and payload.
    static func receive(_ connection: inout RawConnection) async throws -> (first: UInt8, text: String)? {
        guard let head = try await connection.read(count: 2) else { return nil }
        var length = Int(head[1])
        if length == 126 {
            guard let extended = try await connection.read(count: 2) else { return nil }
            length = Int(extended[0]) << 8 | Int(extended[1])
        }
        guard let payload = try await connection.read(count: length) else { return nil }
        return (head[0], String(decoding: payload, as: UTF8.self))
    }
}

private let call = #"{"jsonrpc":"2.0","id":1,"method":"echo","params":[1]}"#
private let answer = #"{"jsonrpc":"2.0","id":1,"result":[1]}"#

@Suite(.timeLimit(.minutes(2))) struct WebSocketTests {
    private func withSocket(_ body: (inout RawConnection) async throws -> Void) async throws {
        try await withServer { port in
            try await RawConnection.open(port: port) { connection in
                try await connection.send(WebSocket.handshake())
                let response = try await connection.read(through: "\r\n\r\n")
                #expect(response?.hasPrefix("HTTP/1.1 101 ") == true)
                #expect(response?.lowercased().contains("s3pplmbitxaq9kygzzhzrbk+xoo=") == true)
                try await body(&connection)
            }
        }
    }

    @Test(
        arguments: [
            ([WebSocket.frame(call)], [answer]),
            ([WebSocket.frame(call, opcode: 2)], [answer]),
            (
                [
                    WebSocket.frame(String(call.prefix(9)), isFinal: false),
                    WebSocket.frame(String(call.dropFirst(9)), opcode: 0),
                ],
                [answer]
            ),
            (
                [WebSocket.frame("["), WebSocket.frame("[\(call),\(call)]")],
                [
                    #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error: unexpected end of text at byte 1"}}"#,
                    "[\(answer),\(answer)]",
                ]
            ),
            (
                [WebSocket.frame(#"{"jsonrpc":"2.0","id":3,"method":"eth_subscribe"}"#), WebSocket.frame(call)],
                [
                    #"{"jsonrpc":"2.0","id":3,"result":"0x1"}"#,
                    #"{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0x1","result":"first"}}"#,
                    answer,
                ]
            ),
        ] as [([[UInt8]], [String])])
    func messagesAreAnsweredInOrderAsText(frames: [[UInt8]], answers: [String]) async throws {
        try await withSocket { connection in
            for frame in frames { try await connection.send(frame) }
            for answer in answers {
                let frame = try await WebSocket.receive(&connection)
                #expect(frame?.first == 0x81)
                #expect(frame?.text == answer)
            }
        }
    }

    @Test func aPingIsEchoedAndACloseIsAnswered() async throws {
        try await withSocket { connection in
            try await connection.send(WebSocket.frame("hi", opcode: 9))
            let pong = try await WebSocket.receive(&connection)
            #expect(pong?.first == 0x8a && pong?.text == "hi")
            try await connection.send(WebSocket.frame("", opcode: 8))
            #expect(try await WebSocket.receive(&connection)?.first == 0x88)
            #expect(try await connection.readToEnd() == "")
        }
    }

    /// Close codes of RFC 6455 section 7.4.1: 1002 protocol error, 1009 message too big.
    @Test(
        arguments: [
            ([0x81, 0x01, 0x61], 1002),
            ([0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4], 1009),
            (WebSocket.frame("a", opcode: 0), 1002),
        ] as [([UInt8], Int)])
    func aFrameAgainstTheProtocolEndsTheConnection(frame: [UInt8], code: Int) async throws {
        try await withSocket { connection in
            try await connection.send(frame)
            let close = try await connection.read(count: 4)
            #expect(close == [0x88, 2, UInt8(code >> 8), UInt8(code & 0xff)])
            #expect(try await connection.readToEnd() == "")
        }
    }

    @Test(arguments: ["Host: evil.example\r\n", "Host: localhost\r\nOrigin: https://evil.example\r\n"])
    func aForeignPageGetsNoSocket(fields: String) async throws {
        let response = try await withServer { port in
            try await RawConnection.open(port: port) { connection in
                try await connection.send(WebSocket.handshake(fields))
                return try await connection.readToEnd()
            }
        }
        #expect(response.hasPrefix("HTTP/1.1 403 "))
    }
}
