package import ByteCodec
package import ProofField

/// A block's header. Its hash is Keccak-256 of its RLP. Roots are those *after* the block's own execution.
package struct BlockHeader: Hashable, Sendable {
    /// The chain of the genesis (EIP-155).
    package var chainId: UInt64
    /// Blocks since the genesis, which is 0.
    package var height: UInt64
    /// The round in which the block was first proposed; a re-proposed block keeps it.
    package var originRound: UInt32
    /// Address of the signing key of the proposer of (height, originRound).
    package var proposer: Address
    /// Hash of the header at `height - 1`.
    package var parentHash: Bytes32
    /// Milliseconds since 1970, strictly greater than the parent's.
    package var timestamp: UInt64
    /// Gas of one block; always the genesis's, a header with another is refused (`wrongGasLimit`).
    package var gasLimit: UInt64
    /// Gas of all transactions, at most `gasLimit`.
    package var gasUsed: UInt64
    /// Wei per gas (EIP-1559), burned.
    package var baseFee: UInt128
    /// `MerkleRoot` over the canonical transaction bytes, in order (RFC 6962 shape over Keccak-256).
    package var transactionsRoot: Bytes32
    /// One bit per proving transaction in the block, in order: whether its payload was found valid.
    package var verdicts: [Bool]
    /// `MerkleRoot` over the consensus encodings of all receipts and of a last one for the logs without a transaction.
    package var receiptsRoot: Bytes32
    /// Union of the blooms of the same receipts.
    package var logsBloom: LogsBloom
    /// Root of the Poseidon2 account tree.
    package var accountsRoot: Digest
    /// Leaves of the account tree in use.
    package var accountCount: LeafIndex
    /// Root of everything that is not an account.
    package var systemRoot: Bytes32
    /// Number of account operations of this block and the commitment to them.
    package var operationCount: UInt32
    /// H(domain, count, root of the operations tree): what the block's proof speaks about.
    package var operationsDigest: Bytes32
    /// Hash of the set of this height, which proposes and signs the block.
    package var validatorsHash: Bytes32
    /// Hash of the set of `height + 1` (`Docs/Spec/Validators.md`).
    package var nextValidatorsHash: Bytes32
    /// Hash of the certificate for the parent that stands in this block.
    package var lastCertificateHash: Bytes32
    /// Merkle root over the block's evidence of equivocations.
    package var evidenceHash: Bytes32
    /// RFC 9381 VRF proof over (chain id, height, mix of the parent), 81 bytes.
    package var vrfProof: [UInt8]
    /// RANDAO mix after this block: H(mix(h-1) ‖ vrf output(h)).
    package var mix: Bytes32

    package init(
        chainId: UInt64, height: UInt64, originRound: UInt32, proposer: Address, parentHash: Bytes32,
        timestamp: UInt64, gasLimit: UInt64, gasUsed: UInt64, baseFee: UInt128, transactionsRoot: Bytes32,
        verdicts: [Bool], receiptsRoot: Bytes32, logsBloom: LogsBloom, accountsRoot: Digest, accountCount: LeafIndex,
        systemRoot: Bytes32, operationCount: UInt32, operationsDigest: Bytes32, validatorsHash: Bytes32,
        nextValidatorsHash: Bytes32, lastCertificateHash: Bytes32, evidenceHash: Bytes32, vrfProof: [UInt8],
        mix: Bytes32
    ) {
        self.chainId = chainId
        self.height = height
        self.originRound = originRound
        self.proposer = proposer
        self.parentHash = parentHash
        self.timestamp = timestamp
        self.gasLimit = gasLimit
        self.gasUsed = gasUsed
        self.baseFee = baseFee
        self.transactionsRoot = transactionsRoot
        self.verdicts = verdicts
        self.receiptsRoot = receiptsRoot
        self.logsBloom = logsBloom
        self.accountsRoot = accountsRoot
        self.accountCount = accountCount
        self.systemRoot = systemRoot
        self.operationCount = operationCount
        self.operationsDigest = operationsDigest
        self.validatorsHash = validatorsHash
        self.nextValidatorsHash = nextValidatorsHash
        self.lastCertificateHash = lastCertificateHash
        self.evidenceHash = evidenceHash
        self.vrfProof = vrfProof
        self.mix = mix
    }
}

/// A proposed or decided block: header, canonical transaction bytes in order, the certificate of its parent, and
/// evidence of equivocations.
package struct Block: Hashable, Sendable {
    /// Unchecked until the block is executed: its roots are claims.
    package var header: BlockHeader
    /// Canonical EIP-2718 bytes, at most `Limits.maxBlockTransactions`; payloads travel beside the block.
    package var transactions: [[UInt8]]
    /// nil only at height 1 (the parent is the genesis block, which nobody signed).
    package var lastCertificate: Certificate?
    /// By rising fault, each validator once.
    package var evidence: [Equivocation]
    package init(
        header: BlockHeader, transactions: [[UInt8]], lastCertificate: Certificate?, evidence: [Equivocation] = []
    ) {
        self.header = header
        self.transactions = transactions
        self.lastCertificate = lastCertificate
        self.evidence = evidence
    }
}
