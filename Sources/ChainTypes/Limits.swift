/// The most that blocks, transactions, payloads and a genesis may hold, whoever sends them. Connections have theirs in
/// `TransportLimits`, the pool in `Mempool.Bounds`, JSON-RPC in `RPCLimits`.
package enum Limits {
    /// Bytes of one ordinary transaction (go-ethereum's pool limit).
    package static let maxTransactionBytes = 128 * 1024
    /// Bytes of one proving transaction without its payload.
    package static let maxProvingTransactionBytes = 512
    /// Bytes of one sidecar payload.
    package static let maxPayloadBytes: UInt32 = 16 * 1024 * 1024
    /// Bytes of all payloads of one block.
    package static let maxBlockPayloadBytes = 64 * 1024 * 1024
    /// Transactions of one block.
    package static let maxBlockTransactions = 20_000
    /// Bytes of one block's RLP, payloads not included.
    package static let maxBlockBytes = 4 * 1024 * 1024
    /// Entries of one access list (EIP-2930).
    package static let maxAccessListEntries = 1_024
    /// Storage keys of one access list entry.
    package static let maxAccessListKeys = 4_096
    /// Bytes of the bloom of reused submissions: above 1e-6 at `maxSelectedProvers`, which takes 29 bits each.
    package static let maxReuseBloomBytes = 4_096
    /// Logs of one stored receipt.
    package static let maxLogsPerReceipt = 1_024
    /// Topics of one log, as in the EVM.
    package static let maxLogTopics = 4
    /// Bytes of the text that says why a transaction failed, and of one log's data.
    package static let maxFailureBytes = 1_024
    /// Bytes of the data of one log.
    package static let maxLogDataBytes = 64 * 1024
    /// Validators of one set.
    package static let maxValidators = 1_024
    /// Total voting power, so that every sum and triple fits 64 bits.
    package static let maxTotalPower: UInt64 = UInt64.max / 8
    /// Power of one validator: as many as a set can hold do not pass the total.
    package static let maxValidatorPower = maxTotalPower / UInt64(maxValidators)
    /// Validators that are registered, in a set or not.
    package static let maxRegisteredValidators = 4_096
    /// Equivocations that one block may show, and bytes of each: a vote or proposal takes less than 200.
    package static let maxBlockEvidence = 16
    /// Bytes of one encoded equivocation.
    package static let maxEquivocationBytes = 1_024
    /// Failed rounds of one height whose proposers are charged.
    package static let maxMissedRounds: UInt32 = 256
    /// Depth of the account tree: at most 29, since positions must be below the field's modulus.
    package static let accountTreeDepth = 28
    /// Leaves of the account tree: 2 to the power of `accountTreeDepth`.
    package static let maxAccounts: UInt64 = 1 << 28
    /// Account operations of one job: the memory bus orders them with 16-bit gaps.
    package static let maxOperationsPerJob = 65_535
    /// Account operations of one block, in all its sub-blocks.
    package static let maxOperationsPerBlock = 1 << 17
    /// Instances of one job's plan.
    package static let maxInstancesPerJob = 1_024
    /// Parts of one split block.
    package static let maxSubBlocks = 256
    /// log2 of the rows of an instance: with 2^20 rows the proof system's rounds keep 100 bits.
    package static let maxInstanceLogHeight: UInt8 = 20
    /// Registered provers.
    package static let maxProvers = 65_536
    /// Provers of one job.
    package static let maxSelectedProvers = 1_024
}
