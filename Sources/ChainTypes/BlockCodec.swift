package import ByteCodec

extension Block {
    /// The header's hash: it binds transactions, certificate and evidence by `transactionsRoot`, `lastCertificateHash`
    /// and `evidenceHash`.
    package var hash: Bytes32 { header.hash }

    /// `MerkleRoot` over the transactions' canonical bytes, in order.
    package static func transactionsRoot(_ transactions: [[UInt8]]) -> Bytes32 { MerkleRoot.over(transactions) }

    /// `rlp([header, [transaction…], certificate, [equivocation…]])`; transactions and equivocations are byte strings,
    /// and no certificate is an empty list.
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
            list.list { items in
                for equivocation in evidence { items.append(equivocation.encoded) }
            }
        }
        return encoder.bytes
    }

    /// Decodes canonical bytes. Transactions are bounded in number and size but not looked into, evidence is decoded
    /// but not verified, and no root or hash is compared.
    package init(decoding bytes: [UInt8]) throws(BlockDecodingError) {
        guard bytes.count <= Limits.maxBlockBytes else {
            throw .tooLarge(bytes: bytes.count, limit: Limits.maxBlockBytes)
        }
        var reader = RLPReader(bytes, depthLimit: 3)
        var list = try Self.malformed { () throws(RLPError) in try reader.readList() }
        header = try BlockHeader(&list)
        transactions = try Self.readTransactions(&list)
        lastCertificate = try Self.readCertificate(&list)
        evidence = try Self.readEvidence(&list)
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

    private static func readEvidence(_ list: inout RLPReader) throws(BlockDecodingError) -> [Equivocation] {
        var items = try malformed { () throws(RLPError) in try list.readList() }
        var evidence: [Equivocation] = []
        while !items.isAtEnd {
            guard evidence.count < Limits.maxBlockEvidence else { throw .tooMuchEvidence }
            let bytes = try malformed { () throws(RLPError) in
                try items.readBytes(maxCount: Limits.maxEquivocationBytes)
            }
            do { evidence.append(try Equivocation(decoding: bytes)) } catch { throw .invalidEvidence(error) }
        }
        return evidence
    }

    private static func malformed<Value>(
        _ body: () throws(RLPError) -> Value
    ) throws(BlockDecodingError) -> Value {
        do { return try body() } catch { throw .malformed(error) }
    }
}
