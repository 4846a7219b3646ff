package import ByteCodec
package import ChainTypes
import HeapModule

/// A pending proving transaction with its payload. Its payload was verified, or is of a phase that needs no proof.
package struct PendingProof: Hashable, Sendable {
    /// Its signature and chain were checked.
    package var transaction: VerifiedTransaction
    /// The body of `transaction`.
    package var proving: ProvingTransaction
    /// Has the length and the digest that the transaction signs.
    package var payload: [UInt8]
    package init(transaction: VerifiedTransaction, proving: ProvingTransaction, payload: [UInt8]) {
        self.transaction = transaction
        self.proving = proving
        self.payload = payload
    }
}

/// Transactions that wait for a block: ordinary ones by sender and nonce, proving ones in a lane of their own, so that
/// a flood of transfers cannot keep a prover out.
///
/// A full lane takes what pays more than the cheapest in it, which goes: with its descendants first, since behind a gap
/// in the nonces they are worth nothing.
package struct Mempool: Sendable {
    /// Bounds of the pool. A sender's nonces may run ahead of its account by `perSender` at most.
    package struct Bounds: Hashable, Sendable {
        /// Ordinary transactions of all senders.
        package var transactions = 5_000
        /// Encoded bytes of all ordinary transactions.
        package var bytes = 16 * 1024 * 1024
        /// Ordinary transactions of one sender.
        package var perSender = 64
        /// Encoded bytes of one sender's ordinary transactions.
        package var bytesPerSender = 1024 * 1024
        /// Proving transactions.
        package var proofs = 4_096
        /// Payload bytes of all proving transactions.
        package var proofBytes = 256 * 1024 * 1024
        /// The bounds of a node.
        package init() {}
    }

    struct Pending: Hashable, Sendable {
        var transaction: VerifiedTransaction
        var ordinary: OrdinaryTransaction
        /// Position in the order of arrival; earlier wins among equal tips.
        var arrival: UInt64
    }

    /// One sender's transactions by nonce.
    struct Queue: Sendable {
        var entries: [UInt64: Pending] = [:]
        var bytes = 0
    }

    struct ProofKey: Hashable, Sendable {
        var jobId: Bytes32
        var phase: ProvingPhase
        var operatorKey: Address
    }

    enum Place: Hashable, Sendable {
        case ordinary(Address, nonce: UInt64)
        case proof(ProofKey)
    }

    let bounds: Bounds
    let chain: ChainParameters
    var senders: [Address: Queue] = [:]
    var places: [Bytes32: Place] = [:]
    var proofs: [ProofKey: PendingProof] = [:]
    /// Order of arrival of the proving lane.
    var proofOrder: [ProofKey] = []
    var arrivals: UInt64 = 0
    /// Ordinary transactions that wait.
    package internal(set) var transactionCount = 0
    var byteCount = 0
    var proofByteCount = 0
    /// What each ordinary transaction bids, cheapest first. Entries of what is gone stay until they come up.
    var bids = Heap<Bid>()

    /// An empty pool; `chain` prices gas and says the lowest base fee.
    package init(chain: ChainParameters, bounds: Bounds = Bounds()) {
        self.chain = chain
        self.bounds = bounds
    }

    /// Proving transactions that wait.
    package var proofCount: Int { proofs.count }
    /// Whether a transaction with this hash waits, of either lane.
    package func contains(_ hash: Bytes32) -> Bool { places[hash] != nil }

    /// The pending transaction with this hash.
    package func transaction(_ hash: Bytes32) -> VerifiedTransaction? {
        switch places[hash] {
        case .ordinary(let sender, let nonce): senders[sender]?.entries[nonce]?.transaction
        case .proof(let key): proofs[key]?.transaction
        case nil: nil
        }
    }

    /// The first nonce of `sender` that neither its account nor a gapless run of pending transactions has used.
    package func nextNonce(of sender: Address, accountNonce: UInt64) -> UInt64 {
        guard let queue = senders[sender] else { return accountNonce }
        var nonce = accountNonce
        while queue.entries[nonce] != nil { nonce += 1 }
        return nonce
    }

    /// Everything that waits, in the order of arrival, proofs last: what a node offers itself again after a restart.
    package var pending: [(transaction: VerifiedTransaction, payload: [UInt8]?)] {
        let ordinary = senders.values.flatMap(\.entries.values).sorted { $0.arrival < $1.arrival }
        return ordinary.map { ($0.transaction, nil) } + pendingProofs.map { ($0.transaction, $0.payload) }
    }

    /// What a unit of gas pays the proposer when the base fee is at its lowest: by this the lanes compare.
    func bid(of body: UnverifiedTransaction.Body) -> UInt128 { body.priorityFee(baseFee: chain.minBaseFee) ?? 0 }

    /// Drops what a committed block has included or made unusable.
    package mutating func prune(
        included: Set<Bytes32>, accounts: (Address) throws(StorageFault) -> Account?,
        isProofStillOpen: (PendingProof) -> Bool
    ) throws(StorageFault) {
        for (sender, queue) in senders {
            let account = try accounts(sender)
            for entry in queue.entries.values {
                let stale = entry.ordinary.nonce < account?.nonce ?? 0
                let unaffordable = entry.ordinary.maxCost.map { $0 > account?.balance ?? 0 } ?? true
                if included.contains(entry.transaction.hash) || stale || unaffordable { remove(entry) }
            }
        }
        for (key, proof) in proofs where included.contains(proof.transaction.hash) || !isProofStillOpen(proof) {
            remove(key)
        }
    }
}
