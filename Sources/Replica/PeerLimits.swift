import ChainTypes

/// What bounds a message before anything of it is allocated, and how much is asked for at once.
package enum PeerLimits {
    /// Bytes of a certificate: a signature and its length for each slot, and the rest.
    package static let maxConsensusBytes = Limits.maxValidators * 67 + 128
    /// Bytes of a block with all its payloads.
    package static let maxBlockBytes = Limits.maxBlockBytes + Limits.maxBlockPayloadBytes + 1 << 16
    /// Bytes and number of the transactions of one message.
    package static let maxTransactionsBytes = 1 << 20
    /// See `maxTransactionsBytes`.
    package static let maxTransactions = 1_024
    /// Bytes of a proving transaction with its payload.
    package static let maxProofBytes = Limits.maxProvingTransactionBytes + Int(Limits.maxPayloadBytes) + 16
    /// Blocks of one answer, and the bytes at which an answer is ended: it holds one block in any case.
    package static let maxSyncBlocks = 64
    /// See `maxSyncBlocks`.
    package static let syncAnswerBytes = 8 << 20
    /// Bytes of an answer: the block that passes `syncAnswerBytes` is still in it.
    package static let maxSyncBytes = maxBlockBytes + syncAnswerBytes
    /// Bytes of the facts that stand in for one payload.
    package static let maxFactsBytes = 1 << 20
    /// Bytes of any message.
    package static let maxMessageBytes = max(maxBlockBytes, maxSyncBytes)
}
