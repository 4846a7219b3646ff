package import ByteCodec

/// An ABI event, as in Ethereum's receipts.
package struct Log: Hashable, Sendable {
    package var address: Address
    package var topics: [Bytes32]
    package var data: [UInt8]
    package init(address: Address, topics: [Bytes32], data: [UInt8]) {
        self.address = address
        self.topics = topics
        self.data = data
    }
}

/// The outcome of one transaction. `failure` is not part of the receipt's root: it is kept to tell a person why.
package struct Receipt: Hashable, Sendable {
    package var kind: TransactionKind
    package var succeeded: Bool
    package var gasUsed: UInt64
    package var cumulativeGasUsed: UInt64
    package var effectiveGasPrice: UInt128
    package var logs: [Log]
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
