import ByteCodec
import JSONRPC
import Testing

@Suite struct RPCParametersTests {
    static let hash = "0x" + String(repeating: "ab", count: 32)
    static let word = Bytes32(hex: hash) ?? .zero

    @Test func everyKindIsRead() throws {
        let address = "0x" + String(repeating: "0f", count: 20)
        let parameters = try RPCParameters(
            [
                "0x1a", "0x00ff", .string(address), .string(Self.hash), true, [.number(20.5), 30], 7, .null,
                ["to": "0x"],
            ])
        #expect(parameters.count == 9)
        #expect(try parameters[0].quantity() == 26)
        #expect(try parameters[1].data() == [0, 255])
        #expect(try parameters[2].address() == Address(hex: address))
        #expect(try parameters[3].hash() == Self.word)
        #expect(try parameters[4].bool())
        #expect(try parameters[5].elements().map { element in try element.number() } == [20.5, 30])
        #expect(try parameters[6].count() == 7)
        #expect(parameters[7].ifPresent == nil)
        #expect(parameters[9].ifPresent == nil)
        #expect(try parameters[8].member("to").data() == [])
        #expect(try parameters[8].member("from").ifPresent == nil)
    }

    @Test(
        arguments: [
            (.null, .latest), ("latest", .latest), ("earliest", .earliest), ("pending", .pending), ("safe", .safe),
            ("finalized", .finalized), ("0x0", .number(0)), ("0xffffffffffffffff", .number(.max)),
            (.string(hash), .hash(word, requireCanonical: false)),
            (["blockNumber": "0x10"], .number(16)),
            (["blockHash": .string(hash)], .hash(word, requireCanonical: false)),
            (["blockHash": .string(hash), "requireCanonical": true], .hash(word, requireCanonical: true)),
        ] as [(JSONValue, BlockReference)])
    func aBlockIsRead(value: JSONValue, block: BlockReference) throws {
        #expect(try RPCParameters([value])[0].block() == block)
    }

    @Test func anAbsentBlockIsTheLatest() throws {
        #expect(try RPCParameters(nil)[0].block() == .latest)
    }

    @Test(
        arguments: [
            "", "newest", "12", "0x", "0x01", "0x10000000000000000", 5, ["blockNumber": 5], [:], ["blockHash": "0x12"],
            ["blockNumber": "0x1", "blockHash": .string(hash)], .string("0x" + String(repeating: "zz", count: 32)), [],
        ] as [JSONValue])
    func aBadBlockIsRefused(value: JSONValue) throws {
        let parameters = try RPCParameters(["0x1", value])
        let error = #expect(throws: RPCError.self) { try parameters[1].block() }
        #expect(error?.code == -32602)
        #expect(error?.message.hasPrefix("invalid argument 1: ") == true)
    }

    @Test(
        arguments: [
            "1a", "0x", "0x01", "0X1", "0x1e3g", "", "0x\(String(repeating: "f", count: 33))", 26, .number(1), .null,
        ]
            as [JSONValue])
    func aBadQuantityIsRefused(value: JSONValue) throws {
        let parameters = try RPCParameters([value])
        #expect(throws: RPCError.self) { try parameters[0].quantity() }
    }

    @Test(arguments: ["0x1", "00", "0xzz", 1, .null] as [JSONValue])
    func badDataIsRefused(value: JSONValue) throws {
        let parameters = try RPCParameters([value])
        #expect(throws: RPCError.self) { try parameters[0].data() }
        #expect(throws: RPCError.self) { try parameters[0].address() }
        #expect(throws: RPCError.self) { try parameters[0].hash() }
    }

    @Test func errorsNameThePlaceAndTheExpectation() throws {
        let parameters = try RPCParameters([["from": "0x1"], ["0x0", "x"]])
        func message(_ body: () throws -> Void) -> String? {
            do { try body() } catch { return (error as? RPCError)?.message }
            return nil
        }
        #expect(message { _ = try parameters[2].hash() } == "missing value for required argument 2")
        #expect(
            message { _ = try parameters[0].member("from").address() }
                == "invalid argument 0: from: expected an address: \"0x\" and 40 hex digits, found \"0x1\"")
        #expect(
            message { _ = try parameters[0].member("to").address() }
                == "invalid argument 0: missing to, expected an address: \"0x\" and 40 hex digits")
        #expect(
            message { for element in try parameters[1].elements() { _ = try element.quantity() } }
                == "invalid argument 1: [1]: expected a hex quantity such as \"0x1a\", found \"x\"")
        #expect(message { _ = try RPCParameters([1, 2], atMost: 1) } == "too many arguments, want at most 1")
        #expect(message { _ = try RPCParameters(["a": 1]) } == "params must be an array, found an object")
    }
}
