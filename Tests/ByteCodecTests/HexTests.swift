import ByteCodec
import SeededRandom
import Testing

@Suite struct HexTests {
    @Test func bytesKeepTheirValueThroughText() {
        var generator = SplitMix64(seed: 1)
        for count in 0..<70 {
            let bytes = generator.bytes(count)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes, prefix: false)) == bytes)
        }
    }

    @Test(arguments: [("0x", []), ("", []), ("0x00fF", [0x00, 0xff]), ("aB", [0xab])] as [(String, [UInt8])])
    func textIsDecoded(_ text: String, _ bytes: [UInt8]) {
        #expect(Hex.decode(text) == bytes)
    }

    @Test(arguments: ["0x0", "abc", "0xzz", "0x 1", "0X00", "é0", "x0", "0x0x00"])
    func malformedTextIsRefused(_ text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test func missingPrefixIsRefusedWhenRequired() {
        #expect(Hex.decode("00", requirePrefix: true) == nil)
        #expect(Hex.decode("", requirePrefix: true) == nil)
        #expect(Hex.decode("0x00", requirePrefix: true) == [0])
    }

    @Test(
        arguments: [
            (0, "0x0"), (1, "0x1"), (26, "0x1a"), (1024, "0x400"), (.max, "0x" + String(repeating: "f", count: 32)),
        ]
            as [(UInt128, String)])
    func quantityHasNoLeadingZeros(_ value: UInt128, _ text: String) {
        #expect(Hex.quantity(value) == text)
        #expect(Hex.parseQuantity(text) == value)
    }

    @Test(arguments: ["0x", "", "0", "1a", "0x00", "0x01", "0xg", "0x-1", "0x1" + String(repeating: "0", count: 32)])
    func malformedQuantityIsRefused(_ text: String) {
        #expect(Hex.parseQuantity(text) == nil)
    }
}
