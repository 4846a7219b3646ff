import AccountTree
package import ByteCodec
package import ChainTypes
import ProofField
package import SystemState

/// Why a snapshot is not the state of a chain.
package enum SnapshotRejection: Error, Hashable, Sendable {
    /// The manifest is of another chain.
    case otherGenesis(have: Bytes32, want: Bytes32)
    /// The state before block 1 is the genesis itself.
    case genesisBlock
    case wrongHash(have: Bytes32, want: Bytes32)
    /// The validators are not those of the genesis, and no hash to trust was given.
    case unknownValidators
    /// The set is not the one that the header's hash names.
    case wrongValidators
    case certificate(CertificateRejection)
    case wrongChunkCount(have: Int, want: Int)
    /// The bytes of this chunk do not have the digest that the manifest gives.
    case damagedChunk(Int, SnapshotSection)
    case malformed(SnapshotSection)
    case wrongBlock
    case wrongReceipts
    case wrongAccounts
    case systemRecords(SystemStateError)
    case wrongSystemRoot
    /// Headers do not lead from the last proven block to the snapshot's.
    case wrongHeaders
    /// The operations of this block are missing, surplus, or not those of its header.
    case wrongOperations(height: UInt64)
    /// The witness of this block is not at its parent's account root.
    case wrongWitness(height: UInt64)
}

/// On what grounds a snapshot's header is believed.
package enum SnapshotTrust: Hashable, Sendable {
    /// It is certified by the validators of the genesis.
    case genesis
    /// It has this hash, which the operator got from somebody trusted.
    case hash(Bytes32)
}

/// A snapshot in which every root was computed anew. Only its initialiser makes it.
package struct VerifiedSnapshot: Sendable {
    /// The manifest that the chunks were checked against.
    package let manifest: SnapshotManifest
    /// What the chunks hold; fields of receipts that no root binds are computed anew.
    package let contents: SnapshotContents
    /// The system state, whose root is the header's.
    package let system: SystemState
    /// What a node starts from.
    package let chain: RestoredChain

    /// Checks everything against the header, and the header against what is trusted. Cheap checks come first.
    ///
    /// - Parameter chunks: the bytes of each chunk, in the manifest's order.
    package init(
        manifest: SnapshotManifest, chunks: [[UInt8]], genesis: Genesis, trust: SnapshotTrust
    ) throws(SnapshotRejection) {
        try manifest.check(genesis: genesis, trust: trust)
        guard chunks.count == manifest.chunks.count else {
            throw .wrongChunkCount(have: chunks.count, want: manifest.chunks.count)
        }
        var sections: [SnapshotSection: [UInt8]] = [:]
        for (index, chunk) in manifest.chunks.enumerated() {
            guard chunk.holds(chunks[index]) else { throw .damagedChunk(index, chunk.section) }
            sections[chunk.section, default: []] += chunks[index]
        }
        var contents: SnapshotContents
        do { contents = try SnapshotContents(sections: sections) } catch { throw .malformed(error.section) }
        let header = manifest.header
        try contents.checkBlock(header, genesis: genesis)

        var system: SystemState
        do { system = try SystemState(genesis: genesis, records: contents.records) } catch {
            throw .systemRecords(error)
        }
        guard system.root() == header.systemRoot, system.height == header.height else { throw .wrongSystemRoot }
        try contents.checkWork(header, provenHeight: system.provenHeight)
        let operations = contents.work.reduce(into: [:]) { $0[$1.height] = $1.operations }
        guard let accounts = MemoryAccounts(contents.accounts) else { throw .wrongAccounts }
        let ledger = Ledger(accounts: accounts, system: system, operations: operations)
        guard accounts.accountCount == header.accountCount, ledger.tree.root == header.accountsRoot else {
            throw .wrongAccounts
        }
        self.manifest = manifest
        self.contents = contents
        self.system = system
        chain = RestoredChain(
            tip: ChainTip(header: header, certificate: manifest.certificate), ledger: ledger, signState: nil,
            proposed: nil)
    }
}

extension SnapshotManifest {
    /// Whether the header is one of the chain of `genesis`, was decided by its validators, and can be believed.
    package func check(genesis: Genesis, trust: SnapshotTrust) throws(SnapshotRejection) {
        guard genesisHash == genesis.hash, header.chainId == genesis.chainId else {
            throw .otherGenesis(have: genesisHash, want: genesis.hash)
        }
        guard header.height > 0 else { throw .genesisBlock }
        let hash = header.hash
        switch trust {
        case .hash(let wanted): guard hash == wanted else { throw .wrongHash(have: hash, want: wanted) }
        case .genesis: guard validators == genesis.validatorSet else { throw .unknownValidators }
        }
        guard validators.hash == header.validatorsHash else { throw .wrongValidators }
        do {
            try certificate.verify(
                chainId: genesis.chainId, validators: validators, height: header.height, blockHash: hash)
        } catch {
            throw .certificate(error)
        }
    }
}

extension SnapshotContents {
    /// The block is the header's, and so are its receipts; what the receipts' root does not bind is computed anew.
    fileprivate mutating func checkBlock(
        _ header: BlockHeader, genesis: Genesis
    ) throws(SnapshotRejection) {
        guard block.header == header, header.transactionsRoot == Block.transactionsRoot(block.transactions),
            header.lastCertificateHash == Certificate.hash(of: block.lastCertificate),
            header.evidenceHash == Block.evidenceHash(block.evidence)
        else { throw .wrongBlock }
        let system = Receipt.system(logs: systemLogs, cumulativeGasUsed: header.gasUsed)
        guard receipts.count == block.transactions.count, Receipt.root(receipts + [system]) == header.receiptsRoot
        else { throw .wrongReceipts }
        var before: UInt64 = 0
        for (index, bytes) in block.transactions.enumerated() {
            guard let transaction = try? VerifiedTransaction(decoding: bytes, chainId: genesis.chainId),
                let price = transaction.effectiveGasPrice(baseFee: header.baseFee),
                receipts[index].cumulativeGasUsed >= before
            else { throw .wrongReceipts }
            receipts[index].gasUsed = receipts[index].cumulativeGasUsed - before
            receipts[index].effectiveGasPrice = price
            receipts[index].failure = nil
            before = receipts[index].cumulativeGasUsed
        }
    }

    /// Headers lead from the last proven block to the snapshot's, and each block between that has operations has them
    /// here with its witness.
    fileprivate func checkWork(_ header: BlockHeader, provenHeight: UInt64) throws(SnapshotRejection) {
        guard provenHeight <= header.height, UInt64(headers.count) == header.height - provenHeight else {
            throw .wrongHeaders
        }
        var line = headers
        line.append(header)
        for (parent, child) in zip(line, line.dropFirst()) {
            guard child.height == parent.height &+ 1, child.parentHash == parent.hash else { throw .wrongHeaders }
        }
        var entries = work.makeIterator()
        for (parent, child) in zip(line, line.dropFirst()) where child.operationCount > 0 {
            guard let entry = entries.next(), entry.height == child.height,
                entry.operations.count == Int(child.operationCount),
                OperationsTree(entry.operations).digest == child.operationsDigest
            else { throw .wrongOperations(height: child.height) }
            guard entry.witness.treeBefore()?.root == parent.accountsRoot else {
                throw .wrongWitness(height: child.height)
            }
        }
        if let surplus = entries.next() { throw .wrongOperations(height: surplus.height) }
    }
}
