package import ByteCodec
package import Cryptography

extension OrdinaryTransaction {
    /// What the sender signs: Keccak-256 of the fields, for type 0 with `chainId, 0, 0` behind them (EIP-155).
    package var signingDigest: Bytes32 {
        var encoder = RLPEncoder()
        encoder.list { list in
            appendFields(to: &list)
            if kind == .legacy {
                list.append(chainId)
                list.append(0 as UInt64)
                list.append(0 as UInt64)
            }
        }
        return Keccak256.hash(typePrefix + encoder.bytes)
    }

    /// The canonical EIP-2718 bytes.
    package func encoded(_ signature: RecoverableSignature) -> [UInt8] {
        var encoder = RLPEncoder()
        encoder.list { list in
            appendFields(to: &list)
            let parity = UInt128(signature.recoveryId)
            list.append(kind == .legacy ? 35 + 2 * UInt128(chainId) + parity : parity)
            list.append(integer: signature.r)
            list.append(integer: signature.s)
        }
        return typePrefix + encoder.bytes
    }

    private var typePrefix: [UInt8] { kind == .legacy ? [] : [kind.rawValue] }

    private func appendFields(to list: inout RLPEncoder) {
        if kind != .legacy { list.append(chainId) }
        list.append(nonce)
        if kind == .dynamicFee { list.append(maxPriorityFeePerGas) }
        list.append(maxFeePerGas)
        list.append(gasLimit)
        list.append(to)
        list.append(value)
        list.append(data)
        if kind != .legacy { appendAccessList(to: &list) }
    }

    private func appendAccessList(to encoder: inout RLPEncoder) {
        encoder.list { list in
            for entry in accessList {
                list.list { item in
                    item.append(entry.address)
                    item.list { keys in
                        for key in entry.storageKeys { keys.append(key) }
                    }
                }
            }
        }
    }
}

extension ProvingTransaction {
    /// What the operator signs: Keccak-256 of `0x50 ‖ rlp([chainId, jobId, phase, maxPriorityFeePerGas, maxFeePerGas,
    /// payloadDigest, payloadLength])`.
    package var signingDigest: Bytes32 {
        var encoder = RLPEncoder()
        encoder.list { appendFields(to: &$0) }
        return Keccak256.hash([TransactionKind.proving.rawValue] + encoder.bytes)
    }

    /// The canonical bytes: `0x50 ‖ rlp([chainId, jobId, phase, maxPriorityFeePerGas, maxFeePerGas, payloadDigest,
    /// payloadLength, yParity, r, s])`.
    ///
    /// `jobId` and `payloadDigest` are strings of 32 bytes, all others integers without leading zeros.
    package func encoded(_ signature: RecoverableSignature) -> [UInt8] {
        var encoder = RLPEncoder()
        encoder.list { list in
            appendFields(to: &list)
            list.append(UInt64(signature.recoveryId))
            list.append(integer: signature.r)
            list.append(integer: signature.s)
        }
        return [TransactionKind.proving.rawValue] + encoder.bytes
    }

    private func appendFields(to list: inout RLPEncoder) {
        list.append(chainId)
        list.append(jobId)
        list.append(UInt64(phase.rawValue))
        list.append(maxPriorityFeePerGas)
        list.append(maxFeePerGas)
        list.append(payloadDigest)
        list.append(UInt64(payloadLength))
    }
}

extension UnverifiedTransaction.Body {
    /// What the sender signs: see the digests of the two kinds.
    package var signingDigest: Bytes32 {
        switch self {
        case .ordinary(let transaction): transaction.signingDigest
        case .proving(let transaction): transaction.signingDigest
        }
    }

    /// The canonical EIP-2718 bytes, without a length before them.
    package func encoded(_ signature: RecoverableSignature) -> [UInt8] {
        switch self {
        case .ordinary(let transaction): transaction.encoded(signature)
        case .proving(let transaction): transaction.encoded(signature)
        }
    }

    /// Chain that the signature binds.
    package var chainId: UInt64 {
        switch self {
        case .ordinary(let transaction): transaction.chainId
        case .proving(let transaction): transaction.chainId
        }
    }
}

extension UnverifiedTransaction {
    /// The canonical EIP-2718 bytes.
    package var encoded: [UInt8] { body.encoded(signature) }
}
