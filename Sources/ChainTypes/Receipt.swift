package import ByteCodec

/// An ABI event, as in Ethereum's receipts.
package struct Log: Hashable, Sendable {
    /// The contract that logged: one of `SystemContract`.
    package var address: Address
    /// At most `Limits.maxLogTopics`; the first is the hash of the event's signature.
    package var topics: [Bytes32]
    /// ABI-encoded fields that are not indexed, at most `Limits.maxLogDataBytes`.
    package var data: [UInt8]
    package init(address: Address, topics: [Bytes32], data: [UInt8]) {
        self.address = address
        self.topics = topics
        self.data = data
    }
}

/// The outcome of one transaction. `failure` is not part of the receipt's root: it is kept to tell a person why.
package struct Receipt: Hashable, Sendable {
    /// Type of the transaction; behind its byte stands the receipt (EIP-2718).
    package var kind: TransactionKind
    /// EIP-658 status. A proving transaction with an invalid payload is included and fails.
    package var succeeded: Bool
    /// Gas of this transaction.
    package var gasUsed: UInt64
    /// Gas of the block's transactions up to this one, inclusive.
    package var cumulativeGasUsed: UInt64
    /// Wei per gas that was charged (EIP-1559): base fee and priority fee.
    package var effectiveGasPrice: UInt128
    /// In the order of their emission, at most `Limits.maxLogsPerReceipt`.
    package var logs: [Log]
    /// Text for people; nil when it succeeded.
    package var failure: String?
    package init(
        kind: TransactionKind, succeeded: Bool, gasUsed: UInt64, cumulativeGasUsed: UInt64, effectiveGasPrice: UInt128,
        logs: [Log], failure: String? = nil
    ) {
        self.kind = kind
        self.succeeded = succeeded
        self.gasUsed = gasUsed
        self.cumulativeGasUsed = cumulativeGasUsed
        self.effectiveGasPrice = effectiveGasPrice
        self.logs = logs
        self.failure = failure
    }
}
