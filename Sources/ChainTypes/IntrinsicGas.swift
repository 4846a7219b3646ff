import ByteCodec

extension GasSchedule {
    /// Gas that a transaction uses before it does anything: base, calldata, access list (EIP-2028, EIP-2930), and
    /// `systemCall` when it calls a system contract. Creation of an account depends on state and is not in it.
    ///
    /// Saturates at 2^64 - 1, which is above every block's limit.
    package func intrinsicGas(of transaction: OrdinaryTransaction) -> UInt64 {
        let zeroBytes = transaction.data.count { $0 == 0 }
        let keys = transaction.accessList.reduce(0) { $0 + $1.storageKeys.count }
        let isSystemCall = transaction.to.flatMap(SystemContract.init(address:)) != nil
        return Self.sum([
            (1, transfer), (zeroBytes, calldataZeroByte),
            (transaction.data.count - zeroBytes, calldataNonZeroByte),
            (transaction.accessList.count, accessListAddress), (keys, accessListKey),
            (isSystemCall ? 1 : 0, systemCall),
        ])
    }

    /// All gas of a proving transaction: its base and its declared payload. Saturates at 2^64 - 1.
    package func intrinsicGas(of transaction: ProvingTransaction) -> UInt64 {
        Self.sum([(1, provingBase), (Int(transaction.payloadLength), payloadByte)])
    }

    /// Counts are those of bytes in memory: no product comes near 128 bits.
    private static func sum(_ terms: [(count: Int, price: UInt64)]) -> UInt64 {
        let total = terms.reduce(UInt128(0)) { $0 + UInt128($1.count) * UInt128($1.price) }
        return UInt64(clamping: total)
    }
}
