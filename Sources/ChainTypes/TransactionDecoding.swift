import ByteCodec
import Cryptography

extension UnverifiedTransaction {
    /// Decodes the canonical EIP-2718 bytes of one transaction, and nothing but canonical bytes: encoding the result
    /// gives the same bytes again.
    ///
    /// - 0xc0 … 0xff, EIP-155: `rlp([nonce, gasPrice, gasLimit, to, value, data, v, r, s])`, v = 35 + 2·chainId + yParity
    /// - 0x01, EIP-2930: `0x01 ‖ rlp([chainId, nonce, gasPrice, gasLimit, to, value, data, accessList, yParity, r, s])`
    /// - 0x02, EIP-1559: the same with `maxPriorityFeePerGas, maxFeePerGas` in the place of `gasPrice`
    /// - 0x50, Cairn's own: see `ProvingTransaction.encoded(_:)`
    ///
    /// The signature's form is checked (range, low S), not whose it is: see `verified(chainId:)`.
    package init(decoding bytes: [UInt8]) throws(TransactionRejection) {
        guard let first = bytes.first else { throw .empty }
        let isProving = first == TransactionKind.proving.rawValue
        let limit = isProving ? Limits.maxProvingTransactionBytes : Limits.maxTransactionBytes
        guard bytes.count <= limit else { throw .tooLarge(bytes: bytes.count, limit: limit) }
        switch first {
        case 0xc0...0xff: try self.init(legacy: bytes)
        case TransactionKind.accessList.rawValue: try self.init(kind: .accessList, fields: Array(bytes.dropFirst()))
        case TransactionKind.dynamicFee.rawValue: try self.init(kind: .dynamicFee, fields: Array(bytes.dropFirst()))
        case TransactionKind.proving.rawValue: try self.init(proving: Array(bytes.dropFirst()))
        default: throw .unsupportedType(first)
        }
    }

    private init(legacy bytes: [UInt8]) throws(TransactionRejection) {
        var reader = try TransactionFieldReader(bytes)
        let nonce = try reader.nonce()
        let gasPrice = try reader.amount()
        let gasLimit = try reader.uint64()
        let to = try reader.recipient()
        let value = try reader.amount()
        let data = try reader.data()
        let v = try reader.uint128()
        guard v != 27, v != 28 else { throw .unprotectedLegacy }
        guard v >= 35 else { throw .invalidSignature }
        guard let chainId = UInt64(exactly: (v - 35) / 2) else { throw .malformed(.integerTooLarge) }
        signature = try reader.signature(parity: UInt8((v - 35) % 2))
        try reader.end()
        body = .ordinary(
            OrdinaryTransaction(
                kind: .legacy, chainId: chainId, nonce: nonce, maxPriorityFeePerGas: gasPrice, maxFeePerGas: gasPrice,
                gasLimit: gasLimit, to: to, value: value, data: data))
    }

    /// `kind` is `accessList` or `dynamicFee`.
    private init(kind: TransactionKind, fields: [UInt8]) throws(TransactionRejection) {
        var reader = try TransactionFieldReader(fields)
        let chainId = try reader.uint64()
        let nonce = try reader.nonce()
        let priorityFee: UInt128
        let maxFee: UInt128
        if kind == .dynamicFee {
            (priorityFee, maxFee) = try reader.fees()
        } else {
            maxFee = try reader.amount()
            priorityFee = maxFee
        }
        let gasLimit = try reader.uint64()
        let to = try reader.recipient()
        let value = try reader.amount()
        let data = try reader.data()
        let accessList = try reader.accessList()
        signature = try reader.signature()
        try reader.end()
        body = .ordinary(
            OrdinaryTransaction(
                kind: kind, chainId: chainId, nonce: nonce, maxPriorityFeePerGas: priorityFee, maxFeePerGas: maxFee,
                gasLimit: gasLimit, to: to, value: value, data: data, accessList: accessList))
    }

    private init(proving fields: [UInt8]) throws(TransactionRejection) {
        var reader = try TransactionFieldReader(fields)
        let chainId = try reader.uint64()
        let jobId = try reader.bytes32()
        let phaseNumber = try reader.uint64()
        guard let phase = UInt8(exactly: phaseNumber).flatMap(ProvingPhase.init(rawValue:)) else {
            throw .unknownPhase(phaseNumber)
        }
        let (priorityFee, maxFee) = try reader.fees()
        let payloadDigest = try reader.bytes32()
        let length = try reader.uint64()
        guard let payloadLength = UInt32(exactly: length), payloadLength <= Limits.maxPayloadBytes else {
            throw .payloadTooLarge(length)
        }
        signature = try reader.signature()
        try reader.end()
        body = .proving(
            ProvingTransaction(
                chainId: chainId, jobId: jobId, phase: phase, maxPriorityFeePerGas: priorityFee, maxFeePerGas: maxFee,
                payloadDigest: payloadDigest, payloadLength: payloadLength))
    }
}
