import ByteCodec
import Cryptography

/// Reads the fields of one transaction in order and names why one is refused.
struct TransactionFieldReader {
    private var fields: RLPReader

    /// Opens the list that is all of `bytes`.
    init(_ bytes: [UInt8]) throws(TransactionRejection) {
        // Lists in an ordinary transaction: the fields, the access list, an entry, its keys.
        var reader = RLPReader(bytes, depthLimit: 4)
        do {
            fields = try reader.readList()
            try reader.expectEnd()
        } catch {
            throw .malformed(error)
        }
    }

    mutating func uint64() throws(TransactionRejection) -> UInt64 {
        try read { reader throws(RLPError) in try reader.readUInt64() }
    }

    mutating func uint128() throws(TransactionRejection) -> UInt128 {
        try read { reader throws(RLPError) in try reader.readUInt128() }
    }

    mutating func bytes32() throws(TransactionRejection) -> Bytes32 {
        try read { reader throws(RLPError) in try reader.readBytes32() }
    }

    /// A nonce that can still be incremented.
    mutating func nonce() throws(TransactionRejection) -> UInt64 {
        guard let nonce = UInt64(exactly: try narrowed(.nonceTooLarge)), nonce < Account.maxNonce else {
            throw .nonceTooLarge
        }
        return nonce
    }

    /// An amount of wei.
    mutating func amount() throws(TransactionRejection) -> UInt128 { try narrowed(.valueTooLarge) }

    /// The priority fee and the maximum fee of one unit of gas.
    mutating func fees() throws(TransactionRejection) -> (priority: UInt128, max: UInt128) {
        let (priority, max) = (try amount(), try amount())
        guard priority <= max else { throw .priorityFeeAboveMaxFee }
        return (priority, max)
    }

    mutating func recipient() throws(TransactionRejection) -> Address? {
        try read { reader throws(RLPError) in try reader.readOptionalAddress() }
    }

    mutating func data() throws(TransactionRejection) -> [UInt8] {
        try read { reader throws(RLPError) in try reader.readBytes() }
    }

    mutating func accessList() throws(TransactionRejection) -> [AccessListEntry] {
        try read { reader throws(RLPError) in
            try reader.readArray(maxCount: Limits.maxAccessListEntries) { list throws(RLPError) in
                var entry = try list.readList()
                let address = try entry.readAddress()
                let keys = try entry.readArray(maxCount: Limits.maxAccessListKeys) { keys throws(RLPError) in
                    try keys.readBytes32()
                }
                try entry.expectEnd()
                return AccessListEntry(address: address, storageKeys: keys)
            }
        }
    }

    /// y parity, r and s of a typed transaction.
    mutating func signature() throws(TransactionRejection) -> RecoverableSignature {
        guard let parity = UInt8(exactly: try uint64()), parity <= 1 else { throw .invalidSignature }
        return try signature(parity: parity)
    }

    /// r and s.
    mutating func signature(parity: UInt8) throws(TransactionRejection) -> RecoverableSignature {
        let r = try read { reader throws(RLPError) in try reader.readUInt256() }
        let s = try read { reader throws(RLPError) in try reader.readUInt256() }
        do {
            return try RecoverableSignature(r: r, s: s, recoveryId: parity)
        } catch {
            throw error == .highS ? .highS : .invalidSignature
        }
    }

    func end() throws(TransactionRejection) {
        do { try fields.expectEnd() } catch { throw .malformed(error) }
    }

    /// A 256-bit integer as 128 bits; `rejection` when it is wider.
    private mutating func narrowed(_ rejection: TransactionRejection) throws(TransactionRejection) -> UInt128 {
        let wide = try read { reader throws(RLPError) in try reader.readUInt256() }
        guard let value = wide.uint128 else { throw rejection }
        return value
    }

    private mutating func read<Value>(
        _ body: (inout RLPReader) throws(RLPError) -> Value
    ) throws(TransactionRejection) -> Value {
        do { return try body(&fields) } catch { throw .malformed(error) }
    }
}
