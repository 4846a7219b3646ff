import ByteCodec
import Cryptography
import Testing

@Suite struct SignatureTests {
    static let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
    static let orderLessOne = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140"
    static let halfOrder = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0"
    static let halfOrderPlusOne = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1"
    static let one = String(repeating: "0", count: 63) + "1"

    static func key(_ hex: String = one) throws -> SecretKey { try SecretKey(#require(Hex.decode(hex))) }
    static func word(_ hex: String) throws -> Bytes32 { try #require(Bytes32(hex: hex)) }

    /// Deterministic signatures of RFC 6979 for secp256k1 with SHA-256, as in Trezor's and haskoin's tests.
    @Test(
        arguments: [
            (
                one, "Satoshi Nakamoto",
                "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
                    + "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5"
            ),
            (
                one, "All those moments will be lost in time, like tears in rain. Time to die...",
                "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b"
                    + "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21"
            ),
            (
                orderLessOne, "Satoshi Nakamoto",
                "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0"
                    + "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5"
            ),
            (
                "f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181", "Alan Turing",
                "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c"
                    + "58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea"
            ),
        ])
    func signatureIsDeterministic(_ key: String, _ message: String, _ signature: String) throws {
        let digest = SHA256.hash(Array(message.utf8))
        #expect(Hex.encode(try Self.key(key).sign(digest).compact, prefix: false) == signature)
    }

    @Test func signerIsRecoveredAndVerified() throws {
        for index in UInt8(1)...40 {
            let key = try SecretKey(Keccak256.hash([index]).bytes)
            let digest = Keccak256.hash([index, 1])
            let signature = key.sign(digest)
            #expect(try RecoverableSignature(bytes: signature.bytes) == signature)
            #expect(try signature.recover(digest: digest) == key.publicKey)
            #expect(try signature.recoverAddress(digest: digest) == key.publicKey.address)
            #expect(key.publicKey.verify(signature, digest: digest))
            try key.publicKey.verify(compact: signature.compact, digest: digest)
            let other = Keccak256.hash([index, 2])
            #expect(!key.publicKey.verify(signature, digest: other))
            #expect(throws: SignatureError.invalidSignature) {
                try key.publicKey.verify(compact: signature.compact, digest: other)
            }
            #expect((try? signature.recover(digest: other)) != key.publicKey)
            let flipped = try RecoverableSignature(
                r: signature.r, s: signature.s, recoveryId: 1 - signature.recoveryId)
            #expect((try? flipped.recover(digest: digest)) != key.publicKey)
        }
    }

    @Test func publicKeyKeepsItsValueInBothForms() throws {
        for index in UInt8(1)...20 {
            let key = try SecretKey(Keccak256.hash([index]).bytes).publicKey
            #expect(try PublicKey(key.compressed) == key)
            #expect(try PublicKey(key.uncompressed) == key)
            #expect(key.compressed.count == 33 && key.uncompressed.count == 65)
        }
        #expect(
            try Self.key().publicKey.description
                == "0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    }

    @Test(
        arguments: [
            (one, halfOrderPlusOne, 0, .highS), (one, orderLessOne, 1, .highS),
            (one, one, 2, .invalidRecoveryId), (one, one, 27, .invalidRecoveryId),
            ("00", one, 0, .invalidSignature), (one, "00", 0, .invalidSignature),
            (order, one, 0, .invalidSignature), (one, order, 0, .invalidSignature),
        ] as [(String, String, UInt8, SignatureError)])
    func signatureIsRefused(_ r: String, _ s: String, _ recoveryId: UInt8, _ error: SignatureError) throws {
        let zeros = String(repeating: "0", count: 62)
        let (r, s) = try (Self.word(r == "00" ? zeros + r : r), Self.word(s == "00" ? zeros + s : s))
        #expect(throws: error) { try RecoverableSignature(r: r, s: s, recoveryId: recoveryId) }
        #expect(throws: error) { try RecoverableSignature(bytes: r.bytes + s.bytes + [recoveryId]) }
    }

    @Test func greatestLowSIsRead() throws {
        let signature = try RecoverableSignature(r: Self.word(Self.one), s: Self.word(Self.halfOrder), recoveryId: 0)
        #expect(signature.s.description == "0x" + Self.halfOrder)
    }

    /// q - s makes the other valid signature of the same digest.
    @Test func highSFormOfAValidSignatureIsRefused() throws {
        let key = try Self.key("f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181")
        let digest = SHA256.hash(Array("Alan Turing".utf8))
        let signature = key.sign(digest)
        // q minus 58dfcc1e…88ea.
        let high = try #require(
            Hex.decode("a72033e1ff5ca1ea8d0c99001cb45f0272d3be7525d3049c0d9e98dc7582b857"))
        let compact = signature.r.bytes + high
        #expect(throws: SignatureError.highS) { try key.publicKey.verify(compact: compact, digest: digest) }
        #expect(throws: SignatureError.highS) {
            try RecoverableSignature(bytes: compact + [1 - signature.recoveryId])
        }
    }

    @Test(arguments: [0, 63, 64, 66])
    func signatureOfAnotherLengthIsRefused(_ count: Int) throws {
        let bytes = [UInt8](repeating: 1, count: count)
        #expect(throws: SignatureError.invalidSignature) { try RecoverableSignature(bytes: bytes) }
        let key = try Self.key().publicKey
        let compact = [UInt8](repeating: 1, count: count + 1)
        #expect(throws: SignatureError.invalidSignature) { try key.verify(compact: compact, digest: .zero) }
    }

    /// x = 5 is not on the curve, so no nonce has this r.
    @Test func rOutsideTheCurveRecoversNoKey() throws {
        let five = Bytes32(5 as UInt128)
        let signature = try RecoverableSignature(r: five, s: five, recoveryId: 0)
        #expect(throws: SignatureError.invalidSignature) { try signature.recover(digest: five) }
    }

    @Test(arguments: [
        "", "01", order, String(repeating: "0", count: 64), String(repeating: "f", count: 64), one + "00",
    ])
    func secretKeyIsRefused(_ hex: String) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(throws: SignatureError.invalidKey) { try SecretKey(bytes) }
    }

    @Test(
        arguments: [
            "", "02", "00" + one, "04" + one, "05" + one,
            // x = 5 is not on the curve; x = p is not reduced.
            "02" + String(repeating: "0", count: 63) + "5",
            "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
            // (1, 1) is not on the curve; the hybrid form of the generator.
            "04" + one + one,
            "0679be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
        ])
    func publicKeyIsRefused(_ hex: String) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(throws: SignatureError.invalidKey) { try PublicKey(bytes) }
    }

    @Test func secretsAreNotPrinted() throws {
        let signing = try Self.key()
        let proving = try VRFSecretKey(scalar: Bytes32(1 as UInt128).bytes)
        for text in ["\(signing)", "\(proving)", String(reflecting: signing), String(reflecting: proving)] {
            #expect(text == "SecretKey(…)" || text == "VRFSecretKey(…)")
        }
        var dumped = ""
        dump(signing, to: &dumped)
        dump(proving, to: &dumped)
        #expect(!dumped.contains("scalar"))
    }
}
