package import ByteCodec

extension Receipt {
    /// The bloom of `logs`.
    package var logsBloom: LogsBloom { LogsBloom(logs) }

    /// What receipts roots are made of, in Ethereum's form (EIP-2718 and EIP-658): `rlp([status, cumulativeGasUsed,
    /// logsBloom, logs])` behind the type byte, which type 0 does not have. `failure` is not in it; `gasUsed` and
    /// `effectiveGasPrice` follow from the block.
    package var consensusEncoded: [UInt8] {
        var encoder = RLPEncoder()
        encoder.list { list in
            list.append(UInt64(succeeded ? 1 : 0))
            list.append(cumulativeGasUsed)
            list.append(logsBloom.bytes)
            list.list { items in
                for log in logs { log.append(to: &items) }
            }
        }
        return kind == .legacy ? encoder.bytes : [kind.rawValue] + encoder.bytes
    }

    /// `MerkleRoot` over the receipts' consensus encodings, in order.
    package static func root(_ receipts: [Receipt]) -> Bytes32 {
        MerkleRoot.over(receipts.map(\.consensusEncoded))
    }
}

extension Log {
    fileprivate func append(to encoder: inout RLPEncoder) {
        encoder.list { list in
            list.append(address)
            list.list { items in
                for topic in topics { items.append(topic) }
            }
            list.append(data)
        }
    }
}

// MARK: - Storage

/// Why bytes are not a stored receipt.
package enum ReceiptDecodingError: Error, Hashable, Sendable {
    case malformed(ByteReaderError)
    case unknownKind(UInt8)
    case failureNotUTF8
}

extension Receipt {
    /// Every field, the text of the failure included (cut to `Limits.maxFailureBytes`), as nodes keep it.
    package var stored: [UInt8] {
        var writer = ByteWriter()
        writer.u8(kind.rawValue)
        writer.bool(succeeded)
        writer.u64(gasUsed)
        writer.u64(cumulativeGasUsed)
        writer.u128(effectiveGasPrice)
        writer.u32(UInt32(logs.count))
        for log in logs {
            writer.address(log.address)
            writer.u32(UInt32(log.topics.count))
            for topic in log.topics { writer.bytes32(topic) }
            writer.bytes(log.data)
        }
        writer.bool(failure != nil)
        if let failure { writer.bytes(Self.cut(failure)) }
        return writer.bytes
    }

    /// Reads what `stored` gives.
    package init(stored bytes: [UInt8]) throws(ReceiptDecodingError) {
        let kindByte: UInt8
        let failureBytes: [UInt8]?
        do {
            var reader = ByteReader(bytes)
            kindByte = try reader.u8()
            succeeded = try reader.bool()
            gasUsed = try reader.u64()
            cumulativeGasUsed = try reader.u64()
            effectiveGasPrice = try reader.u128()
            logs = []
            for _ in 0..<(try reader.count(max: Limits.maxLogsPerReceipt)) { logs.append(try Log(&reader)) }
            failureBytes = try reader.bool() ? try reader.bytes(maxCount: Limits.maxFailureBytes) : nil
            try reader.expectEnd()
        } catch {
            throw .malformed(error)
        }
        guard let kind = TransactionKind(rawValue: kindByte) else { throw .unknownKind(kindByte) }
        self.kind = kind
        failure = nil
        if let failureBytes {
            guard let text = String(validating: failureBytes, as: UTF8.self) else { throw .failureNotUTF8 }
            failure = text
        }
    }

    /// The longest prefix of whole characters within the limit.
    private static func cut(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for character in text {
            guard bytes.count + character.utf8.count <= Limits.maxFailureBytes else { break }
            bytes += character.utf8
        }
        return bytes
    }
}

extension Log {
    fileprivate init(_ reader: inout ByteReader) throws(ByteReaderError) {
        address = try reader.address()
        topics = []
        for _ in 0..<(try reader.count(max: Limits.maxLogTopics)) { topics.append(try reader.bytes32()) }
        data = try reader.bytes(maxCount: Limits.maxLogDataBytes)
    }
}
