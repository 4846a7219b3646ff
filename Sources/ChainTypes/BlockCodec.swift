package import ByteCodec

extension Block {
    /// The header's hash: it binds transactions and certificate by `transactionsRoot` and `lastCertificateHash`.
    package var hash: Bytes32 { header.hash }

    /// `MerkleRoot` over the transactions' canonical bytes, in order.
    package static func transactionsRoot(_ transactions: [[UInt8]]) -> Bytes32 { MerkleRoot.over(transactions) }

    /// `rlp([header, [transaction…], certificate])`; transactions are byte strings, and no certificate is an empty
    /// list.
    package var encoded: [UInt8] {
        var encoder = RLPEncoder()
        encoder.list { list in
            header.append(to: &list)
            list.list { items in
                for transaction in transactions { items.append(transaction) }
            }
            if let lastCertificate {
                lastCertificate.append(to: &list)
            } else {
                list.list { _ in }
            }
        }
        return encoder.bytes
    }

    /// Decodes canonical bytes. Transactions are bounded in number and size but not looked into, and no root or hash
    /// is compared.
    package init(decoding bytes: [UInt8]) throws(BlockDecodingError) {
        guard bytes.count <= Limits.maxBlockBytes else {
            throw .tooLarge(bytes: bytes.count, limit: Limits.maxBlockBytes)
        }
        var reader = RLPReader(bytes, depthLimit: 3)
        var list = try Self.malformed { () throws(RLPError) in try reader.readList() }
        header = try BlockHeader(&list)
        transactions = try Self.readTransactions(&list)
        lastCertificate = try Self.readCertificate(&list)
        try Self.malformed { () throws(RLPError) in
            try list.expectEnd()
            try reader.expectEnd()
        }
    }

    private static func readTransactions(_ list: inout RLPReader) throws(BlockDecodingError) -> [[UInt8]] {
        var items = try malformed { () throws(RLPError) in try list.readList() }
        var transactions: [[UInt8]] = []
        while !items.isAtEnd {
            guard transactions.count < Limits.maxBlockTransactions else { throw .tooManyTransactions }
            let transaction = try malformed { () throws(RLPError) in try items.readBytes() }
            guard transaction.count <= Limits.maxTransactionBytes else {
                throw .transactionTooLarge(bytes: transaction.count)
            }
            transactions.append(transaction)
        }
        return transactions
    }

    private static func readCertificate(_ list: inout RLPReader) throws(BlockDecodingError) -> Certificate? {
        let item = try malformed { () throws(RLPError) in try list.readEncodedItem() }
        guard item != [0xc0] else { return nil }
        do {
            return try Certificate(decoding: item)
        } catch {
            throw .invalidCertificate(error)
        }
    }

    private static func malformed<Value>(
        _ body: () throws(RLPError) -> Value
    ) throws(BlockDecodingError) -> Value {
        do { return try body() } catch { throw .malformed(error) }
    }
}
