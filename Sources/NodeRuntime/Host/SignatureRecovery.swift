package import ChainTypes
package import Replica

/// Recovers the senders of many transactions on all cores, outside of the node's brain, which then finds them in its
/// checker's memory.
package enum SignatureRecovery {
    /// Transactions one task takes: some milliseconds of work.
    private static let share = 64

    /// Order is kept; a transaction that is refused stands as its rejection.
    package static func verify(
        _ encoded: [[UInt8]], with checker: TransactionChecker
    ) async -> [Result<VerifiedTransaction, TransactionRejection>] {
        if encoded.count <= share { return verified(encoded[...], checker) }
        return await withTaskGroup { group in
            for (index, start) in stride(from: 0, to: encoded.count, by: share).enumerated() {
                let part = encoded[start..<min(start + share, encoded.count)]
                group.addTask { (index, verified(part, checker)) }
            }
            var parts: [Int: [Result<VerifiedTransaction, TransactionRejection>]] = [:]
            for await (index, results) in group { parts[index] = results }
            return parts.sorted { $0.key < $1.key }.flatMap(\.value)
        }
    }

    private static func verified(
        _ part: ArraySlice<[UInt8]>, _ checker: TransactionChecker
    ) -> [Result<VerifiedTransaction, TransactionRejection>] {
        part.map { bytes in
            do throws(TransactionRejection) { return .success(try checker.verified(bytes)) } catch {
                return .failure(error)
            }
        }
    }
}
