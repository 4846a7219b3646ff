import ByteCodec
import Testing

/// Vectors of the yellow paper's appendix B and of ethereum/tests, RLPTests/rlptest.json.
@Suite struct RLPVectorTests {
    static let lorem = "Lorem ipsum dolor sit amet, consectetur adipisicing elit"

    static func text(_ text: String) -> RLPItem { .bytes(Array(text.utf8)) }

    static let strings: [(RLPItem, String)] = [
        (text(""), "80"),
        (.bytes([0x00]), "00"),
        (.bytes([0x01]), "01"),
        (.bytes([0x7f]), "7f"),
        (.bytes([0x80]), "8180"),
        (text("dog"), "83646f67"),
        (
            text("Lorem ipsum dolor sit amet, consectetur adipisicing eli"),
            "b74c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963"
                + "696e6720656c69"
        ),
        (
            text(lorem),
            "b8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963"
                + "696e6720656c6974"
        ),
    ]

    static let lists: [(RLPItem, String)] = [
        (.list([]), "c0"),
        (.list([text("cat"), text("dog")]), "c88363617483646f67"),
        (.list([text("dog"), text("god"), text("cat")]), "cc83646f6783676f6483636174"),
        (.list([text("zw"), .list([.bytes([4])]), .bytes([1])]), "c6827a77c10401"),
        // The set-theoretic representations of three: [ [], [[]], [ [], [[]] ] ].
        (.list([.list([]), .list([.list([])]), .list([.list([]), .list([.list([])])])]), "c7c0c1c0c3c0c1c0"),
        (.list([.list([.list([]), .list([])]), .list([])]), "c4c2c0c0c0"),
        (
            .list(["asdf", "qwer", "zxcv", "asdf", "qwer", "zxcv", "asdf", "qwer", "zxcv", "asdf", "qwer"].map(text)),
            "f784617364668471776572847a78637684617364668471776572847a786376846173646684717765"
                + "72847a78637684617364668471776572"
        ),
        (
            .list([[RLPItem]](repeating: ["asdf", "qwer", "zxcv"].map(text), count: 4).map(RLPItem.list)),
            "f840" + String(repeating: "cf84617364668471776572847a786376", count: 4)
        ),
    ]

    @Test(arguments: strings + lists)
    func itemHasThisEncoding(_ item: RLPItem, _ encoding: String) throws {
        #expect(Hex.encode(item.encoded, prefix: false) == encoding)
        #expect(try RLPItem(decoding: #require(Hex.decode(encoding))) == item)
    }

    @Test(
        arguments: [
            (0, "80"), (1, "01"), (16, "10"), (79, "4f"), (127, "7f"), (128, "8180"), (1000, "8203e8"),
            (100000, "830186a0"), (UInt128(UInt64.max), "88ffffffffffffffff"),
            (83_729_609_699_884_896_815_286_331_701_780_722, "8f102030405060708090a0b0c0d0e0f2"),
            (.max, "90ffffffffffffffffffffffffffffffff"),
        ] as [(UInt128, String)])
    func integerHasThisEncoding(_ value: UInt128, _ encoding: String) throws {
        var encoder = RLPEncoder()
        encoder.append(value)
        #expect(Hex.encode(encoder.bytes, prefix: false) == encoding)
        var reader = RLPReader(encoder.bytes)
        #expect(try reader.readUInt128() == value)
        try reader.expectEnd()
    }

    @Test func longStringOf1024Bytes() throws {
        let item = RLPItem.bytes([UInt8](repeating: 0x61, count: 1024))
        #expect(item.encoded.prefix(3) == [0xb9, 0x04, 0x00])
        #expect(try RLPItem(decoding: item.encoded) == item)
    }
}
