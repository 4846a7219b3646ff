import ByteCodec
import Cryptography
import Testing

@Suite struct HashVectorTests {
    @Test(
        arguments: [
            ("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
            ("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        ])
    func keccakOfText(_ text: String, _ hash: String) {
        #expect(Keccak256.hash(utf8: text) == Bytes32(hex: hash))
    }

    /// The message is the bytes 0, 1, … modulo 251; the sponge's rate is 136 bytes. The hashes come from the
    /// Keccak team's compact reference algorithm.
    @Test(
        arguments: [
            (1, "bc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a"),
            (110, "9a133d482c182f6fea53e3560b5223cb1fbdc1cf2683f2dae8e525d7c3d8ea54"),
            (135, "cbdfd9dee5faad3818d6b06f95a219fd290b0e1706f6a82e5a595b9ce9faca62"),
            (136, "7ce759f1ab7f9ce437719970c26b0a66ff11fe3e38e17df89cf5d29c7d7f807e"),
            (137, "ac73d4fae68b8453f764007c1a20ce95994187861f0c3227a3a8e99a73a3b1db"),
            (271, "27eceb59ebc3dc8a04a5b135be641591a7278540e4556a2ba9f408194e666ec3"),
            (272, "8e2476e65823b24d96ebe239f2c1534cdf763e689e2410c3b1cb0c74e6177bfc"),
            (273, "3f02f134370e4debb95140ef49ddd3aed8c65ff1ed83a43f1b269421f179c5f9"),
            (1000, "af692982e84a5a9688359025660a7857cd28ee7c8d867cfa1677baf2e6d1f63b"),
        ])
    func keccakAroundTheRate(_ count: Int, _ hash: String) {
        let message = (0..<count).map { UInt8($0 % 251) }
        #expect(Keccak256.hash(message) == Bytes32(hex: hash))
        let cut = count / 3
        let parts = [Array(message[..<cut]), [], Array(message[cut...])]
        #expect(Keccak256.hash(parts: parts) == Bytes32(hex: hash))
        #expect(Keccak256.hash(parts[0], parts[1], parts[2]) == Bytes32(hex: hash))
    }

    /// FIPS 180-4 examples.
    @Test(
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func sha256OfText(_ text: String, _ hash: String) {
        let bytes = Array(text.utf8)
        #expect(SHA256.hash(bytes) == Bytes32(hex: hash))
        #expect(SHA256.hash(parts: [Array(bytes.prefix(1)), Array(bytes.dropFirst())]) == Bytes32(hex: hash))
    }

    /// RFC 4231, test cases 1, 2 and 6; and the empty key with the empty message.
    @Test(
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
        ] as [([UInt8], String, String)])
    func hmacSHA256(_ key: [UInt8], _ message: String, _ code: String) {
        #expect(HMACSHA256.code(key: key, message: Array(message.utf8)) == Bytes32(hex: code))
    }

    /// RFC 5869, test cases 1 and 3.
    @Test(
        arguments: [
            (
                "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
            ),
            ("", "", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
        ])
    func hkdfSHA256(_ salt: String, _ info: String, _ output: String) throws {
        let derived = try HKDFSHA256.derive(
            secret: [UInt8](repeating: 0x0b, count: 22), salt: #require(Hex.decode(salt)),
            info: #require(Hex.decode(info)), count: 42)
        #expect(Hex.encode(derived, prefix: false) == output)
    }

    @Test func hashesDoNotMixBetweenThreads() async {
        let expected = (0..<200).map { Keccak256.hash([UInt8](repeating: 7, count: $0)) }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<20).allSatisfy { _ in
                        (0..<200).map { Keccak256.hash([UInt8](repeating: 7, count: $0)) } == expected
                    }
                }
            }
            for await isEqual in group { #expect(isEqual) }
        }
    }
}
