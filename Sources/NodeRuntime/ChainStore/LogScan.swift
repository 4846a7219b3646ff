package import ByteCodec
package import ChainTypes
package import Storage

/// Which logs are asked for: the positions of `topics` are joined by "and", the values in one by "or"; an empty
/// position, and an empty list of addresses, match everything (`eth_getLogs`).
package struct LogFilter: Hashable, Sendable {
    package var addresses: [Address]
    package var topics: [[Bytes32]]

    package init(addresses: [Address] = [], topics: [[Bytes32]] = []) {
        self.addresses = addresses
        self.topics = topics
    }

    package func matches(_ log: Log) -> Bool {
        guard addresses.isEmpty || addresses.contains(log.address), topics.count <= log.topics.count else {
            return false
        }
        return zip(topics, log.topics).allSatisfy { $0.isEmpty || $0.contains($1) }
    }

    /// False when the bloom excludes every match.
    package func mayMatch(_ bloom: LogsBloom) -> Bool {
        (addresses.isEmpty || addresses.contains { bloom.mayContain($0.bytes) })
            && topics.allSatisfy { $0.isEmpty || $0.contains { bloom.mayContain($0.bytes) } }
    }
}

/// A log with its place in the chain.
package struct PlacedLog: Sendable {
    package var log: Log
    package var height: UInt64
    package var blockHash: Bytes32
    /// Milliseconds since 1970.
    package var timestamp: UInt64
    package var transactionHash: Bytes32
    package var transactionIndex: Int
    /// Position among all logs of the block.
    package var logIndex: Int
}

/// More logs match than one answer holds.
package struct TooManyLogs: Error, Hashable, Sendable {
    package var limit: Int
}

extension BlockReport {
    /// All logs of the block in order; those of selections and transitions come last.
    package var logs: [PlacedLog] {
        var placed: [PlacedLog] = []
        func place(_ logs: [Log], _ hash: Bytes32, _ index: Int) {
            for log in logs {
                placed.append(
                    PlacedLog(
                        log: log, height: header.height, blockHash: hash_, timestamp: header.timestamp,
                        transactionHash: hash, transactionIndex: index, logIndex: placed.count))
            }
        }
        let hash_ = self.hash
        for (index, receipt) in receipts.receipts.enumerated() where index < transactionHashes.count {
            place(receipt.logs, transactionHashes[index], index)
        }
        place(receipts.systemLogs, SystemReceipt.hash(height: header.height), block.transactions.count)
        return placed
    }
}

extension ReadSnapshot {
    /// Logs of the blocks `range` that match, in order. Blocks whose bloom excludes a match are not looked into.
    package borrowing func logs(
        matching filter: LogFilter, in range: ClosedRange<UInt64>, limit: Int
    ) throws(StorageFault) -> Result<[PlacedLog], TooManyLogs> {
        var found: [PlacedLog] = []
        for height in range {
            guard let block = try block(at: height) else { break }
            guard filter.mayMatch(block.header.logsBloom), let report = try report(of: block) else { continue }
            found += report.logs.filter { filter.matches($0.log) }
            guard found.count <= limit else { return .failure(TooManyLogs(limit: limit)) }
        }
        return .success(found)
    }
}
