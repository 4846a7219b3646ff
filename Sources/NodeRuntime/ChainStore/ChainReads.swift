package import AccountTree
package import ByteCodec
package import ChainTypes
package import Storage
package import SystemState

/// What a snapshot of the database holds of the chain. A missing record is nil; a record that cannot be read is a
/// fault.
extension ReadSnapshot {
    /// The last committed block.
    package borrowing func head() throws(StorageFault) -> (height: UInt64, hash: Bytes32) {
        guard let bytes = try get(.meta, ChainRecord.head) else { throw .damaged("head") }
        return try ChainRecord.head(bytes)
    }

    package borrowing func block(at height: UInt64) throws(StorageFault) -> Block? {
        guard let bytes = try get(.blocks, ChainRecord.key(height)) else { return nil }
        do { return try Block(decoding: bytes) } catch { throw .damaged("block \(height)") }
    }

    package borrowing func height(ofBlock hash: Bytes32) throws(StorageFault) -> UInt64? {
        guard let bytes = try get(.blockHeights, hash.bytes) else { return nil }
        return try ChainRecord.number(bytes, "height of block \(hash)")
    }

    /// The certificate that decided the block itself; none for block 0.
    package borrowing func certificate(at height: UInt64) throws(StorageFault) -> Certificate? {
        guard let bytes = try get(.certificates, ChainRecord.key(height)) else { return nil }
        do { return try Certificate(decoding: bytes) } catch { throw .damaged("certificate of block \(height)") }
    }

    package borrowing func receipts(at height: UInt64) throws(StorageFault) -> StoredReceipts? {
        guard let bytes = try get(.receipts, ChainRecord.key(height)) else { return nil }
        return try StoredReceipts(encoded: bytes)
    }

    /// Where a transaction stands; the index after the last transaction is that of the block's system receipt.
    package borrowing func position(
        of transaction: Bytes32
    ) throws(StorageFault) -> (height: UInt64, index: Int)? {
        guard let bytes = try get(.transactionIndex, transaction.bytes) else { return nil }
        return try ChainRecord.position(bytes)
    }

    /// A proof payload, until it is pruned.
    package borrowing func payload(_ digest: Bytes32) throws(StorageFault) -> [UInt8]? {
        guard let bytes = try get(.sidecarHeights, digest.bytes) else { return nil }
        return try get(.sidecars, ChainRecord.sidecar(try ChainRecord.number(bytes, "height of a payload"), digest))
    }

    /// The provers that a job's selection chose from; nil when the job is not in the state.
    package borrowing func roster(ofJob number: UInt64) throws(StorageFault) -> [UInt8]? {
        try get(.rosters, ChainRecord.key(number))
    }

    /// The validators who decide the block at `height`; nil below what the database holds. A height above
    /// `SystemState.validatorSetDelay` after the head is not fixed yet.
    package borrowing func validators(at height: UInt64) throws(StorageFault) -> ValidatorSet? {
        guard let found = try last(in: .validatorSets, atOrBefore: ChainRecord.key(height)) else { return nil }
        do { return try ValidatorSet(record: found.value) } catch {
            throw .damaged("validators from block \(try ChainRecord.number(found.key, "key of a set"))")
        }
    }

    /// An account as it stood after the block at `height`; nil when it did not exist.
    package borrowing func account(_ address: Address, at height: UInt64) throws(StorageFault) -> Account? {
        guard let bytes = try get(.accountIndex, address.bytes) else { return nil }
        let leaf = try ChainRecord.number(bytes, "leaf of \(address)")
        let prefix = ChainRecord.key(leaf)
        let found = try last(in: .accountHistory, prefix: prefix, atOrBefore: prefix + ChainRecord.key(height))
        return try found.map { found throws(StorageFault) in try ChainRecord.history(found.value, of: address) }
    }

    /// Number and sum of the balances of all accounts at the head.
    package borrowing func accountsTotal() throws(StorageFault) -> (count: UInt64, balances: UInt128) {
        var (count, balances): (UInt64, UInt128) = (0, 0)
        try forEach(in: .accounts) { (_, value) throws(StorageFault) in
            count += 1
            balances &+= try ChainRecord.account(value).balance
            return .next
        }
        return (count, balances)
    }

    /// The operations of a block; nil when it has none or is proven.
    package borrowing func operations(at height: UInt64) throws(StorageFault) -> [AccountOperation]? {
        guard let bytes = try get(.operations, ChainRecord.key(height)) else { return nil }
        do { return try AccountOperation.decodeList(bytes) } catch { throw .damaged("operations of block \(height)") }
    }

    /// The witness of a block; nil when it has no operations or is proven.
    package borrowing func witness(at height: UInt64) throws(StorageFault) -> BlockWitness? {
        guard let bytes = try get(.witness, ChainRecord.key(height)) else { return nil }
        return try ChainRecord.witness(bytes, height: height)
    }

    /// Operations and witness of a job: those of its run of blocks, or of its part of one block. Nil when something of
    /// them was dropped as proven.
    package borrowing func proofInput(
        of job: Job
    ) throws(StorageFault) -> (operations: [AccountOperation], witness: BlockWitness)? {
        let (firstHeight, lastHeight) = (job.statement.firstHeight, job.statement.lastHeight)
        guard firstHeight <= lastHeight, !job.isAggregation else { return nil }
        var operations: [AccountOperation] = []
        var witnesses: [BlockWitness] = []
        let upper = ChainRecord.key(lastHeight)
        try forEach(in: .witness, from: ChainRecord.key(firstHeight)) { (key, value) throws(StorageFault) in
            guard !upper.lexicographicallyPrecedes(key) else { return .stop }
            let height = try ChainRecord.number(key, "key of a witness")
            witnesses.append(try ChainRecord.witness(value, height: height))
            operations += try self.operations(at: height) ?? []
            return .next
        }
        let witness = BlockWitness.merge(witnesses)
        guard job.statement.isSubBlock else {
            return operations.count == Int(job.statement.operationCount) ? (operations, witness) : nil
        }
        let range = job.operations
        guard range.upperBound <= operations.count else { return nil }
        do {
            return (Array(operations[range]), try witness.part(range, of: operations))
        } catch {
            throw .damaged("witness of block \(firstHeight)")
        }
    }
}
