package import ByteCodec
package import ChainTypes
import HeapModule

/// The lane of ordinary transactions.
extension Mempool {
    /// Of all transactions, the lowest bid is the next to go; among equal ones the last to come.
    struct Bid: Comparable, Sendable {
        let price: UInt128
        let arrival: UInt64
        let sender: Address
        let nonce: UInt64

        static func < (a: Bid, b: Bid) -> Bool {
            a.price != b.price ? a.price < b.price : a.arrival > b.arrival
        }
        static func == (a: Bid, b: Bid) -> Bool { a.price == b.price && a.arrival == b.arrival }
    }

    /// Takes an ordinary transaction, replacing one with the same nonce when both fees rise by at least 10 %.
    package mutating func admit(
        _ transaction: VerifiedTransaction, _ ordinary: OrdinaryTransaction, account: Account?
    ) -> Result<Void, MempoolRefusal> {
        guard places[transaction.hash] == nil else { return .failure(.alreadyKnown) }
        if let refusal = refusal(of: ordinary, account: account) { return .failure(refusal) }
        let size = transaction.encoded.count
        let queue = senders[transaction.sender] ?? Queue()
        let replaced = queue.entries[ordinary.nonce]
        if let replaced {
            guard Self.outbids(transaction.body, replaced.transaction.body) else {
                return .failure(.replacementUnderpriced)
            }
        } else {
            guard queue.entries.count < bounds.perSender else { return .failure(.senderLimit(bounds.perSender)) }
            let next = nextNonce(of: transaction.sender, accountNonce: account?.nonce ?? 0)
            guard ordinary.nonce == next || transactionCount < bounds.transactions / 4 * 3 else {
                return .failure(.gapWhileCrowded(next: next))
            }
        }
        let freed = replaced?.transaction.encoded.count ?? 0
        guard queue.bytes - freed + size <= bounds.bytesPerSender else {
            return .failure(.senderBytes(bounds.bytesPerSender))
        }
        if let replaced { remove(replaced) }
        let entry = Pending(transaction: transaction, ordinary: ordinary, arrival: arrivals + 1)
        guard makeRoom(for: entry) else {
            if let replaced { insert(replaced) }
            return .failure(.poolFull)
        }
        arrivals += 1
        insert(entry)
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

    /// Both fees at least a tenth higher.
    static func outbids(_ new: UnverifiedTransaction.Body, _ old: UnverifiedTransaction.Body) -> Bool {
        func raised(_ a: UInt128, over b: UInt128) -> Bool {
            let (product, overflow) = b.multipliedReportingOverflow(by: 110)
            let (scaled, overflowNew) = a.multipliedReportingOverflow(by: 100)
            return !overflow && (overflowNew || scaled >= product)
        }
        return raised(new.maxFeePerGas, over: old.maxFeePerGas)
            && raised(new.maxPriorityFeePerGas, over: old.maxPriorityFeePerGas)
    }

    // MARK: - Room

    /// Evicts what bids less until the entry fits. False, and nothing is gone, when it does not pay for its room.
    private mutating func makeRoom(for entry: Pending) -> Bool {
        var evicted: [Pending] = []
        let price = bid(of: entry.transaction.body)
        while transactionCount >= bounds.transactions || byteCount + entry.transaction.encoded.count > bounds.bytes {
            guard let victim = victim(below: price, for: entry) else {
                for pending in evicted { insert(pending) }
                return false
            }
            remove(victim)
            evicted.append(victim)
        }
        return true
    }

    /// The last transaction of the sender who has the cheapest one. A sender's own descendants make room for it, what
    /// it depends on does not.
    private mutating func victim(below price: UInt128, for entry: Pending) -> Pending? {
        while let cheapest = bids.min {
            guard let queue = senders[cheapest.sender], queue.entries[cheapest.nonce]?.arrival == cheapest.arrival
            else {
                bids.removeMin()
                continue
            }
            guard cheapest.price < price, let last = queue.entries.keys.max() else { return nil }
            guard cheapest.sender != entry.transaction.sender || last > entry.ordinary.nonce else { return nil }
            return queue.entries[last]
        }
        return nil
    }

    private mutating func insert(_ entry: Pending) {
        let sender = entry.transaction.sender
        senders[sender, default: Queue()].entries[entry.ordinary.nonce] = entry
        senders[sender]?.bytes += entry.transaction.encoded.count
        places[entry.transaction.hash] = .ordinary(sender, nonce: entry.ordinary.nonce)
        transactionCount += 1
        byteCount += entry.transaction.encoded.count
        bids.insert(
            Bid(
                price: bid(of: entry.transaction.body), arrival: entry.arrival, sender: sender,
                nonce: entry.ordinary.nonce))
        if bids.count > 2 * transactionCount + 64 { dropStaleBids() }
    }

    mutating func remove(_ pending: Pending) {
        let sender = pending.transaction.sender
        guard senders[sender]?.entries.removeValue(forKey: pending.ordinary.nonce) != nil else { return }
        senders[sender]?.bytes -= pending.transaction.encoded.count
        if senders[sender]?.entries.isEmpty == true { senders[sender] = nil }
        places[pending.transaction.hash] = nil
        transactionCount -= 1
        byteCount -= pending.transaction.encoded.count
    }

    private mutating func dropStaleBids() {
        let live = bids.unordered.filter { senders[$0.sender]?.entries[$0.nonce]?.arrival == $0.arrival }
        bids = Heap(live)
    }

    // MARK: - Building

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
            guard let pending, let tip = pending.transaction.priorityFee(baseFee: baseFee) else { return }
            heap.insert(Head(tip: tip, pending: pending))
        }
        for (sender, queue) in senders {
            push(queue.entries[try nonce(sender)])
        }
        var ordered: [VerifiedTransaction] = []
        while ordered.count < limit, let head = heap.popMax() {
            ordered.append(head.pending.transaction)
            push(senders[head.pending.transaction.sender]?.entries[head.pending.ordinary.nonce &+ 1])
        }
        return ordered
    }
}
