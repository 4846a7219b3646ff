import ByteCodec
import ChainTypes
import Cryptography
import Testing

@Suite struct TransactionRejectionTests {
    static let order = Hex.decode("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141") ?? []
    static let to = [UInt8](repeating: 0x35, count: 20)

    static func integer(_ value: UInt128) -> RLPItem {
        .bytes(Array(Bytes32(value).bytes.drop { $0 == 0 }))
    }

    /// The fields of a valid transaction of each type: v is 37, the y parity 0, r and s 1.
    static func fields(_ kind: TransactionKind) -> [RLPItem] {
        let tail: [RLPItem] = [integer(21_000), .bytes(to), integer(5), .bytes([])]
        let one = integer(1)
        switch kind {
        case .legacy: return [integer(9), integer(20)] + tail + [integer(37), one, one]
        case .accessList: return [one, integer(9), integer(20)] + tail + [.list([]), .bytes([]), one, one]
        case .dynamicFee: return [one, integer(9), integer(2), integer(20)] + tail + [.list([]), .bytes([]), one, one]
        case .proving:
            let word = RLPItem.bytes([UInt8](repeating: 7, count: 32))
            return [one, word, one, integer(2), integer(20), word, integer(100), .bytes([]), one, one]
        }
    }

    static func encode(_ kind: TransactionKind, _ fields: [RLPItem]) -> [UInt8] {
        (kind == .legacy ? [] : [kind.rawValue]) + RLPItem.list(fields).encoded
    }

    /// The valid transaction with field `index` (from the end when negative) replaced.
    static func replacing(_ kind: TransactionKind, _ index: Int, _ item: RLPItem) -> [UInt8] {
        var fields = fields(kind)
        fields[index < 0 ? fields.count + index : index] = item
        return encode(kind, fields)
    }

    func expect(_ bytes: [UInt8], _ rejection: TransactionRejection, at location: SourceLocation = #_sourceLocation) {
        #expect(throws: rejection, sourceLocation: location) { try UnverifiedTransaction(decoding: bytes) }
    }

    @Test(arguments: TransactionKind.allCases)
    func `the fields that the other tests spoil are valid`(kind: TransactionKind) throws {
        let bytes = Self.encode(kind, Self.fields(kind))
        #expect(try UnverifiedTransaction(decoding: bytes).encoded == bytes)
    }

    @Test func empty() { expect([], .empty) }

    @Test func tooLarge() {
        let data = RLPItem.bytes([UInt8](repeating: 1, count: Limits.maxTransactionBytes))
        let bytes = Self.replacing(.dynamicFee, 7, data)
        expect(bytes, .tooLarge(bytes: bytes.count, limit: Limits.maxTransactionBytes))
        let proving = Self.replacing(.proving, 1, .bytes([UInt8](repeating: 1, count: 512)))
        expect(proving, .tooLarge(bytes: proving.count, limit: Limits.maxProvingTransactionBytes))
    }

    @Test(arguments: [0x00, 0x03, 0x04, 0x4f, 0x51, 0x7f, 0x80, 0xbf] as [UInt8])
    func unsupportedType(first: UInt8) {
        expect([first] + RLPItem.list(Self.fields(.dynamicFee)).encoded, .unsupportedType(first))
    }

    @Test(arguments: [27, 28] as [UInt128])
    func unprotectedLegacy(v: UInt128) { expect(Self.replacing(.legacy, 6, Self.integer(v)), .unprotectedLegacy) }

    @Test(arguments: TransactionKind.allCases)
    func wrongChain(kind: TransactionKind) throws {
        let decoded = try UnverifiedTransaction(decoding: Self.encode(kind, Self.fields(kind)))
        #expect(throws: TransactionRejection.wrongChain(have: 1, want: 2)) { try decoded.verified(chainId: 2) }
    }

    @Test(arguments: [0, 9, 255, 1 << 40] as [UInt64])
    func unknownPhase(phase: UInt64) {
        expect(Self.replacing(.proving, 2, Self.integer(UInt128(phase))), .unknownPhase(phase))
    }

    @Test func payloadTooLarge() throws {
        let limit = UInt64(Limits.maxPayloadBytes)
        _ = try UnverifiedTransaction(decoding: Self.replacing(.proving, 6, Self.integer(UInt128(limit))))
        expect(Self.replacing(.proving, 6, Self.integer(UInt128(limit + 1))), .payloadTooLarge(limit + 1))
        expect(Self.replacing(.proving, 6, Self.integer(1 << 40)), .payloadTooLarge(1 << 40))
    }

    @Test(arguments: TransactionKind.allCases)
    func invalidSignature(kind: TransactionKind) throws {
        expect(Self.replacing(kind, -2, .bytes([])), .invalidSignature)
        expect(Self.replacing(kind, -1, .bytes([])), .invalidSignature)
        expect(Self.replacing(kind, -2, .bytes(Self.order)), .invalidSignature)
        expect(Self.replacing(kind, -1, .bytes(Self.order)), .invalidSignature)
        if kind == .legacy {
            for v in [0, 1, 29, 34] as [UInt128] { expect(Self.replacing(kind, 6, Self.integer(v)), .invalidSignature) }
        } else {
            for v in [2, 27, 1 << 40] as [UInt128] {
                expect(Self.replacing(kind, -3, Self.integer(v)), .invalidSignature)
            }
        }
    }

    /// 5 is the x coordinate of no point of secp256k1.
    @Test(arguments: TransactionKind.allCases)
    func `invalidSignature when no key gives it`(kind: TransactionKind) throws {
        let decoded = try UnverifiedTransaction(decoding: Self.replacing(kind, -2, Self.integer(5)))
        #expect(throws: TransactionRejection.invalidSignature) { try decoded.verified(chainId: 1) }
    }

    @Test(arguments: TransactionKind.allCases)
    func highS(kind: TransactionKind) throws {
        let half = Hex.decode("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0") ?? []
        _ = try UnverifiedTransaction(decoding: Self.replacing(kind, -1, .bytes(half)))
        expect(Self.replacing(kind, -1, .bytes(half.dropLast() + [0xa1])), .highS)
        expect(Self.replacing(kind, -1, .bytes(Self.order.dropLast() + [0x40])), .highS)
    }

    @Test func valueTooLarge() {
        let wide = RLPItem.bytes([1] + [UInt8](repeating: 0, count: 16))
        for (kind, indexes) in [
            (TransactionKind.legacy, [1, 4]), (.accessList, [2, 5]), (.dynamicFee, [2, 3, 6]), (.proving, [3, 4]),
        ] {
            for index in indexes { expect(Self.replacing(kind, index, wide), .valueTooLarge) }
        }
    }

    @Test func priorityFeeAboveMaxFee() {
        expect(Self.replacing(.dynamicFee, 2, Self.integer(21)), .priorityFeeAboveMaxFee)
        expect(Self.replacing(.proving, 3, Self.integer(21)), .priorityFeeAboveMaxFee)
    }

    @Test(arguments: [(TransactionKind.legacy, 0), (.accessList, 1), (.dynamicFee, 1)])
    func nonceTooLarge(kind: TransactionKind, index: Int) throws {
        let largest = UInt128(Account.maxNonce) - 1
        _ = try UnverifiedTransaction(decoding: Self.replacing(kind, index, Self.integer(largest)))
        for nonce in [largest + 1, 1 << 64, 1 << 120] {
            expect(Self.replacing(kind, index, Self.integer(nonce)), .nonceTooLarge)
        }
    }

    @Test(arguments: TransactionKind.allCases)
    func `malformed: bytes behind, fields missing, fields too many`(kind: TransactionKind) {
        let fields = Self.fields(kind)
        expect(Self.encode(kind, fields) + [0], .malformed(.trailingBytes))
        expect(Self.encode(kind, fields + [.bytes([])]), .malformed(.wrongItemCount))
        for count in 0..<fields.count {
            #expect(throws: TransactionRejection.self) {
                try UnverifiedTransaction(decoding: Self.encode(kind, Array(fields.prefix(count))))
            }
        }
        let bytes = Self.encode(kind, fields)
        for count in 0..<bytes.count {
            #expect(throws: TransactionRejection.self) {
                try UnverifiedTransaction(decoding: Array(bytes.prefix(count)))
            }
        }
    }

    @Test(arguments: TransactionKind.allCases)
    func `malformed: leading zeros in any integer`(kind: TransactionKind) {
        let fields = Self.fields(kind)
        for (index, field) in fields.enumerated() {
            guard case .bytes(let digits) = field, digits.count < 20 else { continue }
            // The data are bytes: a zero in front is another value.
            if kind != .proving, index == (kind == .legacy ? 5 : kind == .accessList ? 6 : 7) { continue }
            expect(Self.replacing(kind, index, .bytes([0] + digits)), .malformed(.leadingZeroInteger))
        }
    }

    @Test func `malformed: widths, lists and bytes out of place`() {
        expect(Self.replacing(.dynamicFee, 0, Self.integer(1 << 64)), .malformed(.integerTooLarge))
        expect(Self.replacing(.dynamicFee, 4, Self.integer(1 << 64)), .malformed(.integerTooLarge))
        expect(Self.replacing(.dynamicFee, -1, .bytes([1] + Self.order)), .malformed(.integerTooLarge))
        expect(Self.replacing(.dynamicFee, 6, .bytes([UInt8](repeating: 1, count: 33))), .malformed(.integerTooLarge))
        expect(Self.replacing(.legacy, 6, Self.integer(37 + 1 << 65)), .malformed(.integerTooLarge))
        expect(Self.replacing(.dynamicFee, 5, .bytes(Self.to + [1])), .malformed(.wrongByteCount))
        expect(Self.replacing(.dynamicFee, 7, .list([])), .malformed(.unexpectedList))
        expect(Self.replacing(.dynamicFee, 8, .bytes([])), .malformed(.unexpectedBytes))
        expect(Self.replacing(.proving, 1, .bytes([1])), .malformed(.wrongByteCount))
        expect([0x02, 0x80], .malformed(.unexpectedBytes))
    }

    @Test func `malformed: access list`() {
        let key = RLPItem.bytes([UInt8](repeating: 1, count: 32))
        let entry = RLPItem.list([.bytes(Self.to), .list([key])])
        let bad: [(RLPItem, RLPError)] = [
            (.list([.list([.bytes(Self.to)])]), .wrongItemCount),
            (.list([.list([.bytes(Self.to), .list([]), .list([])])]), .wrongItemCount),
            (.list([.list([.bytes(Self.to), .list([.bytes([1])])])]), .wrongByteCount),
            (.list([.list([.bytes([]), .list([])])]), .wrongByteCount),
            (.list([.list([.bytes(Self.to), .list([.list([])])])]), .unexpectedList),
            (.list([RLPItem](repeating: entry, count: Limits.maxAccessListEntries + 1)), .tooManyItems),
        ]
        for (list, error) in bad { expect(Self.replacing(.accessList, 7, list), .malformed(error)) }
    }

    @Test func `signing what no node would decode throws`() throws {
        let key = try Sample.key(0)
        var transaction = OrdinaryTransaction(
            kind: .dynamicFee, chainId: 1, nonce: 0, maxPriorityFeePerGas: 3, maxFeePerGas: 2, gasLimit: 21_000,
            to: nil, value: 0)
        #expect(throws: TransactionRejection.priorityFeeAboveMaxFee) { try transaction.sign(with: key) }
        transaction.kind = .proving
        #expect(throws: TransactionRejection.self) { try transaction.sign(with: key) }
    }

    @Test func `mutated transactions are refused or canonical`() throws {
        let vectors: [SignedTransactionVector] = try Vectors.load("transactions.json")
        var mutator = Mutator(seed: 1)
        var decodedCount = 0
        for vector in vectors {
            let raw = try vector.raw.bytes()
            for _ in 0..<300 {
                let bytes = mutator.mutate(raw)
                guard let decoded = try? UnverifiedTransaction(decoding: bytes) else { continue }
                decodedCount += 1
                #expect(decoded.encoded == bytes)
            }
        }
        #expect(decodedCount > 100)
    }
}
