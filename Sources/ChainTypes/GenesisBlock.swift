package import ByteCodec
package import ProofField

extension Genesis {
    /// The validators of height 1; nil when `validate()` finds an error in them.
    package var validatorSet: ValidatorSet? { ValidatorSet(validators) }

    /// The header of height 0, which nobody signs: its parent is the genesis itself, by hash. The roots are those of
    /// the state that the genesis describes, `operationsDigest` that of an empty list. Nil when the validators do not
    /// form a set or the accounts are more than a tree holds.
    package func header(
        accountsRoot: Digest, systemRoot: Bytes32, operationsDigest: Bytes32
    ) -> BlockHeader? {
        guard let validators = validatorSet, let accountCount = LeafIndex(exactly: accounts.count) else { return nil }
        return BlockHeader(
            chainId: chainId, height: 0, originRound: 0, proposer: .zero, parentHash: hash, timestamp: timestamp,
            gasLimit: chain.gasLimit, gasUsed: 0, baseFee: chain.initialBaseFee,
            transactionsRoot: Block.transactionsRoot([]), verdicts: [], receiptsRoot: Receipt.root([]),
            logsBloom: LogsBloom(), accountsRoot: accountsRoot, accountCount: accountCount, systemRoot: systemRoot,
            operationCount: 0, operationsDigest: operationsDigest, validatorsHash: validators.hash,
            nextValidatorsHash: validators.hash, lastCertificateHash: Certificate.hash(of: nil),
            evidenceHash: Block.evidenceHash([]), vrfProof: [],
            mix: Randao.genesisMix(hash))
    }
}
