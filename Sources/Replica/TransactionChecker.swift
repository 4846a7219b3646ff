import ByteCodec
package import ChainTypes
import Cryptography
import Synchronization

/// Recovers the senders of transactions, and remembers them: one that was checked when it arrived is not checked again
/// in the block that brings it. What it answers depends on nothing but the bytes, so that several threads may ask
/// before the replica does.
package final class TransactionChecker: Sendable {
    /// Chain that every transaction must name.
    package let chainId: UInt64
    private let memory = Mutex(Memory())
    /// Transactions of one generation; two are kept.
    private static let capacity = Limits.maxBlockTransactions

    private struct Memory {
        var young: [Bytes32: VerifiedTransaction] = [:]
        var old: [Bytes32: VerifiedTransaction] = [:]
    }

    /// Remembers nothing yet.
    package init(chainId: UInt64) { self.chainId = chainId }

    /// The transaction of these bytes, with its sender.
    package func verified(_ bytes: [UInt8]) throws(TransactionRejection) -> VerifiedTransaction {
        guard bytes.count <= Limits.maxTransactionBytes else {
            throw .tooLarge(bytes: bytes.count, limit: Limits.maxTransactionBytes)
        }
        let hash = Keccak256.hash(bytes)
        if let known = memory.withLock({ $0.young[hash] ?? $0.old[hash] }) { return known }
        let transaction = try VerifiedTransaction(decoding: bytes, chainId: chainId)
        remember(transaction)
        return transaction
    }

    /// Takes note of a transaction that was verified elsewhere.
    package func remember(_ transaction: VerifiedTransaction) {
        memory.withLock {
            if $0.young.count >= Self.capacity {
                $0.old = $0.young
                $0.young = [:]
            }
            $0.young[transaction.hash] = transaction
        }
    }
}
