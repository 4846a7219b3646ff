import JSONRPC
import Testing

@Suite struct RPCDispatcherTests {
    private func respond(_ request: String, limits: RPCLimits = RPCLimits()) async -> String? {
        let dispatcher = RPCDispatcher(handler: TestHandler(), limits: limits)
        return await dispatcher.respond(to: Array(request.utf8), context: RPCContext())
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        arguments: [
            (
                #"{"jsonrpc":"2.0","id":1,"method":"echo","params":[1,"a"]}"#,
                #"{"jsonrpc":"2.0","id":1,"result":[1,"a"]}"#
            ),
            (#"{"method":"echo","id":"x","jsonrpc":"2.0"}"#, #"{"jsonrpc":"2.0","id":"x","result":null}"#),
            (#"{"jsonrpc":"2.0","id":0,"method":"echo","params":null}"#, #"{"jsonrpc":"2.0","id":0,"result":null}"#),
            (
                #"{"jsonrpc":"2.0","id":null,"method":"echo","params":{"a":1}}"#,
                #"{"jsonrpc":"2.0","id":null,"result":{"a":1}}"#
            ),
            (
                #"{"jsonrpc":"2.0","id":18446744073709551615,"method":"echo"}"#,
                #"{"jsonrpc":"2.0","id":18446744073709551615,"result":null}"#
            ),
            (
                #"{"jsonrpc":"2.0","id":2,"method":"eth_none"}"#,
                #"{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"the method eth_none does not exist/is not available"}}"#
            ),
            (
                #"{"jsonrpc":"2.0","id":2,"method":"revert"}"#,
                #"{"jsonrpc":"2.0","id":2,"error":{"code":3,"message":"execution reverted: no","data":"0x08c379a0"}}"#
            ),
            (
                #"[{"jsonrpc":"2.0","id":1,"method":"echo"},{"jsonrpc":"2.0","method":"echo"},{"jsonrpc":"2.0","id":2,"method":"echo"}]"#,
                #"[{"jsonrpc":"2.0","id":1,"result":null},{"jsonrpc":"2.0","id":2,"result":null}]"#
            ),
        ] as [(String, String)])
    func answers(request: String, response: String) async {
        #expect(await respond(request) == response)
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","method":"echo"}"#, #"{"jsonrpc":"2.0","method":"none"}"#,
        #"[{"jsonrpc":"2.0","method":"echo"}]"#,
    ])
    func aNotificationGetsNoResponse(request: String) async {
        #expect(await respond(request) == nil)
    }

    @Test(
        arguments: [
            ("", -32700, .null), ("{", -32700, .null),
            (#"{"jsonrpc":"2.0","id":1,"id":2,"method":"echo"}"#, -32700, .null),
            ("1", -32600, .null), ("[]", -32600, .null), ("{}", -32600, .null), (#""echo""#, -32600, .null),
            (#"{"id":1,"method":"echo"}"#, -32600, 1), (#"{"jsonrpc":"1.0","id":1,"method":"echo"}"#, -32600, 1),
            (#"{"jsonrpc":2.0,"id":1,"method":"echo"}"#, -32600, 1), (#"{"jsonrpc":"2.0","id":1}"#, -32600, 1),
            (#"{"jsonrpc":"2.0","id":1,"method":1}"#, -32600, 1),
            (#"{"jsonrpc":"2.0","id":1,"method":"echo","params":1}"#, -32600, 1),
            (#"{"jsonrpc":"2.0","id":[1],"method":"echo"}"#, -32600, .null),
            (#"{"jsonrpc":"2.0","id":true,"method":"echo"}"#, -32600, .null),
        ] as [(String, Int64, JSONValue)])
    func refuses(request: String, code: Int64, id: JSONValue) async throws {
        let response = try JSONParser.parse(Array(try #require(await respond(request)).utf8))
        #expect(response["error"]?["code"] == .integer(code))
        #expect(response["id"] == id)
        #expect(response["result"] == nil)
    }

    @Test func eachBadItemOfABatchGetsItsOwnError() async throws {
        let text = try #require(await respond(#"[1,{"jsonrpc":"2.0","id":7,"method":"echo"},[]]"#))
        let codes = try JSONParser.parse(Array(text.utf8)).array?.map { $0["error"]?["code"] }
        #expect(codes == [-32600, nil, -32600])
    }

    @Test(arguments: [(3, true), (4, false)])
    func aBatchHasAtMostSoManyItems(count: Int, isAnswered: Bool) async throws {
        var limits = RPCLimits()
        limits.batchItems = 3
        let items = (0..<count).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"echo"}"# }
        let text = try #require(await respond("[" + items.joined(separator: ",") + "]", limits: limits))
        let response = try JSONParser.parse(Array(text.utf8))
        #expect((response.array?.count == count) == isAnswered)
        #expect((response["error"]?["code"] == -32600) == !isAnswered)
    }

    @Test func anAnswerBeyondTheLimitIsAnErrorInItsPlace() async throws {
        var limits = RPCLimits()
        limits.responseBytes = 300
        let call = #"{"jsonrpc":"2.0","id":1,"method":"large","params":[200]}"#
        let text = try #require(await respond("[\(call),\(call),\(call)]", limits: limits))
        let answers = try #require(try JSONParser.parse(Array(text.utf8)).array)
        #expect(answers.map { $0["error"]?["code"] } == [nil, -32003, -32003])
    }
}
