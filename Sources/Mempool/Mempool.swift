package import ByteCodec
package import ChainTypes
import HeapModule

/// A pending proving transaction with its payload. Its payload was verified, or is of a phase that needs no proof.
package struct PendingProof: Hashable, Sendable {
    package var transaction: VerifiedTransaction
    package var proving: ProvingTransaction
    package var payload: [UInt8]
    package init(transaction: VerifiedTransaction, proving: ProvingTransaction, payload: [UInt8]) {
        self.transaction = transaction
        self.proving = proving
        self.payload = payload
    }
}

/// Transactions that wait for a block: ordinary ones by sender and nonce, proving ones in a lane of their own, so that
/// a flood of transfers cannot keep a prover out.
package struct Mempool: Sendable {
    /// Bounds of the pool. A sender's nonces may run ahead of its account by `perSender` at most.
    package struct Bounds: Hashable, Sendable {
        package var transactions = 5_000
        package var bytes = 16 * 1024 * 1024
        package var perSender = 64
        package var proofs = 4_096
        package var proofBytes = 256 * 1024 * 1024
        package init() {}
    }

    struct Pending: Hashable, Sendable {
        var transaction: VerifiedTransaction
        var ordinary: OrdinaryTransaction
        /// Position in the order of arrival; earlier wins among equal tips.
        var arrival: UInt64
    }

    struct ProofKey: Hashable, Sendable {
        var jobId: Bytes32
        var phase: ProvingPhase
        var operatorKey: Address
    }

    private let bounds: Bounds
    private let chain: ChainParameters
    private var senders: [Address: [UInt64: Pending]] = [:]
    private var known: Set<Bytes32> = []
    private var proofs: [ProofKey: PendingProof] = [:]
    /// Order of arrival of the proving lane.
    private var proofOrder: [ProofKey] = []
    private var arrivals: UInt64 = 0
    package private(set) var transactionCount = 0
    private var byteCount = 0
    private var proofByteCount = 0

    package init(chain: ChainParameters, bounds: Bounds = Bounds()) {
        self.chain = chain
        self.bounds = bounds
    }

    package var proofCount: Int { proofs.count }
    package func contains(_ hash: Bytes32) -> Bool { known.contains(hash) }

    /// The pending transaction with this hash.
    package func transaction(_ hash: Bytes32) -> VerifiedTransaction? {
        guard known.contains(hash) else { return nil }
        for pending in senders.values {
            if let match = pending.values.first(where: { $0.transaction.hash == hash }) { return match.transaction }
        }
        return proofs.values.first { $0.transaction.hash == hash }?.transaction
    }

    /// The first nonce of `sender` that neither its account nor a gapless run of pending transactions has used.
    package func nextNonce(of sender: Address, accountNonce: UInt64) -> UInt64 {
        var nonce = accountNonce
        while senders[sender]?[nonce] != nil { nonce += 1 }
        return nonce
    }

    // MARK: - Ordinary transactions

    /// Takes an ordinary transaction, replacing one with the same nonce when both fees rise by at least 10 %.
    package mutating func admit(
        _ transaction: VerifiedTransaction, _ ordinary: OrdinaryTransaction, account: Account?
    ) -> Result<Void, MempoolRefusal> {
        guard !known.contains(transaction.hash) else { return .failure(.alreadyKnown) }
        if let refusal = refusal(of: ordinary, account: account) { return .failure(refusal) }
        let size = transaction.encoded.count
        let replaced = senders[transaction.sender]?[ordinary.nonce]
        if let replaced {
            guard Self.outbids(ordinary, replaced.ordinary) else { return .failure(.replacementUnderpriced) }
        } else {
            let count = senders[transaction.sender]?.count ?? 0
            guard count < bounds.perSender else { return .failure(.senderLimit(bounds.perSender)) }
            guard transactionCount < bounds.transactions else { return .failure(.poolFull) }
        }
        let freed = replaced?.transaction.encoded.count ?? 0
        guard byteCount - freed + size <= bounds.bytes else { return .failure(.poolFull) }
        if let replaced { remove(replaced) }
        arrivals += 1
        senders[transaction.sender, default: [:]][ordinary.nonce] = Pending(
            transaction: transaction, ordinary: ordinary, arrival: arrivals)
        known.insert(transaction.hash)
        transactionCount += 1
        byteCount += size
        return .success(())
    }

    private func refusal(of transaction: OrdinaryTransaction, account: Account?) -> MempoolRefusal? {
        guard transaction.to != nil else { return .contractCreation }
        let intrinsic = chain.gas.intrinsicGas(of: transaction)
        guard transaction.gasLimit >= intrinsic else {
            return .intrinsicGasTooLow(have: transaction.gasLimit, want: intrinsic)
        }
        guard transaction.gasLimit <= chain.gasLimit else {
            return .exceedsBlockGasLimit(have: transaction.gasLimit, limit: chain.gasLimit)
        }
        guard transaction.maxFeePerGas >= chain.minBaseFee else { return .underpriced(minimum: chain.minBaseFee) }
        let next = account?.nonce ?? 0
        guard transaction.nonce >= next else { return .nonceTooLow(next: next, got: transaction.nonce) }
        guard transaction.nonce - next < UInt64(bounds.perSender) else {
            return .nonceTooFarAhead(next: next, got: transaction.nonce)
        }
        guard let cost = transaction.maxCost else { return .costOverflow }
        let balance = account?.balance ?? 0
        return balance >= cost ? nil : .insufficientFunds(have: balance, want: cost)
    }

    private static func outbids(_ new: OrdinaryTransaction, _ old: OrdinaryTransaction) -> Bool {
        func raised(_ a: UInt128, over b: UInt128) -> Bool {
            let (product, overflow) = b.multipliedReportingOverflow(by: 110)
            let (scaled, overflowNew) = a.multipliedReportingOverflow(by: 100)
            return !overflow && (overflowNew || scaled >= product)
        }
        return raised(new.maxFeePerGas, over: old.maxFeePerGas)
            && raised(new.maxPriorityFeePerGas, over: old.maxPriorityFeePerGas)
    }

    private mutating func remove(_ pending: Pending) {
        let sender = pending.transaction.sender
        senders[sender]?[pending.ordinary.nonce] = nil
        if senders[sender]?.isEmpty == true { senders[sender] = nil }
        known.remove(pending.transaction.hash)
        transactionCount -= 1
        byteCount -= pending.transaction.encoded.count
    }

    // MARK: - Proving transactions

    /// Takes a proving transaction whose cheap checks and proofs have passed; one for each job, phase and operator.
    package mutating func admit(_ proof: PendingProof) -> Result<Void, MempoolRefusal> {
        guard !known.contains(proof.transaction.hash) else { return .failure(.alreadyKnown) }
        let key = ProofKey(
            jobId: proof.proving.jobId, phase: proof.proving.phase, operatorKey: proof.transaction.sender)
        let replaced = proofs[key]
        if let replaced {
            guard proof.proving.maxFeePerGas > replaced.proving.maxFeePerGas else {
                return .failure(.replacementUnderpriced)
            }
        } else {
            guard proofs.count < bounds.proofs else { return .failure(.poolFull) }
        }
        let freed = replaced?.payload.count ?? 0
        guard proofByteCount - freed + proof.payload.count <= bounds.proofBytes else { return .failure(.poolFull) }
        remove(key)
        proofs[key] = proof
        proofOrder.append(key)
        proofByteCount += proof.payload.count
        known.insert(proof.transaction.hash)
        return .success(())
    }

    private mutating func remove(_ key: ProofKey) {
        guard let old = proofs.removeValue(forKey: key) else { return }
        proofOrder.removeAll { $0 == key }
        proofByteCount -= old.payload.count
        known.remove(old.transaction.hash)
    }

    /// The proving lane in order of arrival.
    package var pendingProofs: [PendingProof] { proofOrder.compactMap { proofs[$0] } }

    // MARK: - Building and pruning

    /// One sender's next transaction, as the heap of `candidates` orders it.
    private struct Head: Comparable {
        var tip: UInt128
        var pending: Pending

        static func < (a: Head, b: Head) -> Bool {
            a.tip != b.tip ? a.tip < b.tip : a.pending.arrival > b.pending.arrival
        }
        static func == (a: Head, b: Head) -> Bool { a.tip == b.tip && a.pending.arrival == b.pending.arrival }
    }

    /// Ordinary transactions in the order a builder should try them: highest effective tip first, each sender's in
    /// order of nonce. `nonce` gives an account's next nonce. At most `limit`.
    package func candidates(
        baseFee: UInt128, limit: Int, nonce: (Address) throws(StorageFault) -> UInt64
    ) throws(StorageFault) -> [VerifiedTransaction] {
        var heap = Heap<Head>()
        func push(_ pending: Pending?) {
            guard let pending, pending.ordinary.maxFeePerGas >= baseFee else { return }
            let tip = min(pending.ordinary.maxPriorityFeePerGas, pending.ordinary.maxFeePerGas - baseFee)
            heap.insert(Head(tip: tip, pending: pending))
        }
        for (sender, pending) in senders {
            push(pending[try nonce(sender)])
        }
        var ordered: [VerifiedTransaction] = []
        while ordered.count < limit, let head = heap.popMax() {
            ordered.append(head.pending.transaction)
            push(senders[head.pending.transaction.sender]?[head.pending.ordinary.nonce &+ 1])
        }
        return ordered
    }

    /// Drops what a committed block has included or made unusable.
    package mutating func prune(
        included: Set<Bytes32>, accounts: (Address) throws(StorageFault) -> Account?,
        isProofStillOpen: (PendingProof) -> Bool
    ) throws(StorageFault) {
        for (sender, pending) in senders {
            let account = try accounts(sender)
            for entry in pending.values {
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
