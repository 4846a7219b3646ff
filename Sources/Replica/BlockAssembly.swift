import AccountTree
import ByteCodec
package import ChainTypes
import Consensus
import Cryptography
import Execution
import Mempool
import ProvingRules
import SystemState

/// A block that was executed here, built or validated, and may be decided.
struct ExecutedCandidate: Sendable {
    var proposed: ProposedBlock
    var transactions: [VerifiedTransaction]
    var executed: ExecutedBlock
}

extension BlockHeader {
    /// The header of an executed block.
    init(
        parent: ChainTip, originRound: UInt32, proposer: Address, timestamp: UInt64, baseFee: UInt128,
        vrfProof: [UInt8], transactions: [[UInt8]], evidence: [Equivocation], executed: ExecutedBlock
    ) {
        let state = executed.state
        self.init(
            chainId: state.genesis.chainId, height: state.height, originRound: originRound, proposer: proposer,
            parentHash: parent.hash, timestamp: timestamp, gasLimit: state.genesis.chain.gasLimit,
            gasUsed: executed.gasUsed, baseFee: baseFee, transactionsRoot: Block.transactionsRoot(transactions),
            verdicts: executed.verdicts, receiptsRoot: executed.receiptsRoot, logsBloom: executed.logsBloom,
            accountsRoot: executed.accountsRoot, accountCount: executed.accountCount,
            systemRoot: executed.systemRoot, operationCount: UInt32(executed.operations.count),
            operationsDigest: executed.operationsDigest, validatorsHash: state.validatorsHash(at: state.height),
            nextValidatorsHash: state.validatorsHash(at: state.height + 1),
            lastCertificateHash: Certificate.hash(of: parent.certificate),
            evidenceHash: Block.evidenceHash(evidence), vrfProof: vrfProof, mix: state.mix)
    }
}

extension SystemState {
    /// What a header says of the set of a height that is fixed.
    fileprivate func validatorsHash(at height: UInt64) -> Bytes32 { validators(at: height)?.hash ?? .zero }
}

extension ExecutedBlock {
    /// The root binds the logs of selections and phase transitions too, as a last receipt of their own.
    var receiptsRoot: Bytes32 {
        Receipt.root(receipts + [Receipt.system(logs: systemLogs, cumulativeGasUsed: gasUsed)])
    }

    var logsBloom: LogsBloom {
        LogsBloom(receipts.flatMap(\.logs) + systemLogs)
    }
}

extension Receipt {
    /// The receipt that holds what no transaction caused: selections at a block's start, transitions at its end.
    package static func system(logs: [Log], cumulativeGasUsed: UInt64) -> Receipt {
        Receipt(
            kind: .proving, succeeded: true, gasUsed: 0, cumulativeGasUsed: cumulativeGasUsed, effectiveGasPrice: 0,
            logs: logs)
    }
}

extension Replica {
    func makeExecutor(_ context: ExecutionContext) -> BlockExecutor<JobFeed, ProofChecker> {
        BlockExecutor(
            context: context, parentHash: tip.hash, state: ledger.system, accounts: ledger.accounts,
            tree: ledger.tree, preparer: jobFeed, verifier: checker)
    }

    /// Base fee of the block after the tip.
    package var nextBaseFee: UInt128 {
        baseFee(after: tip.header)
    }

    func baseFee(after header: BlockHeader) -> UInt128 {
        header.height == 0 ? genesis.chain.initialBaseFee : BaseFee.next(after: header, parameters: genesis.chain)
    }
}

// MARK: - Validating

extension Replica {
    /// Why a block cannot follow the tip; nil when it can. Nothing of its execution is kept.
    package func rejection(of proposed: ProposedBlock) throws(StorageFault) -> BlockRejection? {
        if case .failure(let rejection) = try validate(proposed) { rejection } else { nil }
    }

    /// Checks a block against its parent by executing it. Cheap checks come first.
    func validate(_ proposed: ProposedBlock) throws(StorageFault) -> Result<ExecutedCandidate, BlockRejection> {
        try validate(proposed.block, evidence: proposed.payloads.map { .payload($0) })
    }

    /// The same for a block whose payloads may be gone.
    func validate(
        _ block: Block, evidence list: [SyncEvidence]
    ) throws(StorageFault) -> Result<ExecutedCandidate, BlockRejection> {
        let header = block.header
        if let rejection = checkHeader(header) { return .failure(rejection) }
        if let rejection = checkCertificate(block) { return .failure(rejection) }
        guard block.transactions.count <= Limits.maxBlockTransactions else { return .failure(.tooManyTransactions) }
        guard block.encoded.count <= Limits.maxBlockBytes else { return .failure(.tooLarge) }
        guard header.transactionsRoot == Block.transactionsRoot(block.transactions) else {
            return .failure(.wrongTransactionsRoot)
        }
        let evidence: [VerifiedEquivocation]
        switch checkEvidence(block) {
        case .success(let verified): evidence = verified
        case .failure(let rejection): return .failure(rejection)
        }
        let context = ExecutionContext(
            height: header.height, proposer: header.proposer, baseFee: header.baseFee, mix: header.mix,
            originRound: header.originRound, evidence: evidence)
        var executor = makeExecutor(context)
        var verified: [VerifiedTransaction] = []
        var rest = list.makeIterator()
        var payloads: [[UInt8]] = []
        var proofs = 0
        for (index, bytes) in block.transactions.enumerated() {
            let transaction: VerifiedTransaction
            do {
                transaction = try transactions.verified(bytes)
            } catch {
                return .failure(.transaction(index, error))
            }
            var evidence = ExecutableTransaction.Evidence.none
            if let proving = transaction.proving {
                switch rest.next() {
                case .payload(let payload) where proving.describes(payload):
                    payloads.append(payload)
                    evidence = .payload(payload)
                case .facts(let facts) where proofs < header.verdicts.count:
                    evidence = .certified(verdict: header.verdicts[proofs], facts: facts)
                default: return .failure(.payload(index))
                }
                proofs += 1
            }
            let result = try executor.apply(ExecutableTransaction(transaction: transaction, evidence: evidence))
            if case .failure(let refusal) = result { return .failure(.inclusion(index, refusal)) }
            verified.append(transaction)
        }
        guard rest.next() == nil else { return .failure(.surplusPayload) }
        let executed = executor.finish()
        if let rejection = compare(header, executed) { return .failure(rejection) }
        return .success(
            ExecutedCandidate(
                proposed: ProposedBlock(block: block, payloads: payloads), transactions: verified,
                executed: executed))
    }

    private func checkHeader(_ header: BlockHeader) -> BlockRejection? {
        guard header.chainId == chainId else { return .wrongChain }
        guard header.height == tip.header.height + 1 else { return .wrongHeight }
        guard header.parentHash == tip.hash else { return .wrongParent }
        guard header.timestamp > tip.header.timestamp else { return .timestampNotLater }
        guard header.gasLimit == genesis.chain.gasLimit else { return .wrongGasLimit }
        guard header.baseFee == nextBaseFee else { return .wrongBaseFee }
        let validators = ledger.system.nextValidators
        guard let index = validators.index(of: header.proposer) else { return .unknownProposer }
        let elected = Proposer.select(validators, height: header.height, round: header.originRound)
        guard elected.address == header.proposer else { return .notTheProposer }
        let alpha = Randao.alpha(chainId: chainId, height: header.height, parentMix: tip.header.mix)
        let key = validators.validators[index].vrfKey
        guard let output = try? VRF.verify(publicKey: key, alpha: alpha, proof: header.vrfProof) else {
            return .invalidRandomness
        }
        guard header.mix == Randao.nextMix(tip.header.mix, vrfOutput: output) else { return .wrongMix }
        guard header.validatorsHash == validators.hash,
            header.nextValidatorsHash == ledger.system.validatorsHash(at: header.height + 1)
        else {
            return .wrongValidators
        }
        return nil
    }

    private func checkEvidence(_ block: Block) -> Result<[VerifiedEquivocation], BlockRejection> {
        guard block.header.evidenceHash == Block.evidenceHash(block.evidence) else {
            return .failure(.wrongEvidenceHash)
        }
        do {
            return .success(
                try EvidenceRules.verify(block.evidence, at: block.header.height, state: ledger.system))
        } catch {
            return .failure(.evidence(error))
        }
    }

    private func checkCertificate(_ block: Block) -> BlockRejection? {
        guard block.header.lastCertificateHash == Certificate.hash(of: block.lastCertificate) else {
            return .wrongLastCertificate
        }
        guard tip.header.height > 0 else { return block.lastCertificate == nil ? nil : .wrongLastCertificate }
        guard let certificate = block.lastCertificate else { return .wrongLastCertificate }
        // The tip's own certificate was checked when the tip was committed.
        guard certificate != tip.certificate else { return nil }
        guard let validators = ledger.system.validators(at: tip.header.height) else { return .wrongLastCertificate }
        do {
            try certificate.verify(
                chainId: chainId, validators: validators, height: tip.header.height, blockHash: tip.hash)
        } catch {
            return .certificate(error)
        }
        return nil
    }

    private func compare(_ header: BlockHeader, _ executed: ExecutedBlock) -> BlockRejection? {
        guard header.verdicts == executed.verdicts else { return .wrongVerdicts }
        guard header.gasUsed == executed.gasUsed else { return .wrongGasUsed }
        guard header.receiptsRoot == executed.receiptsRoot, header.logsBloom == executed.logsBloom else {
            return .wrongReceipts
        }
        guard header.operationCount == UInt32(executed.operations.count),
            header.operationsDigest == executed.operationsDigest
        else { return .wrongOperations }
        guard header.accountsRoot == executed.accountsRoot, header.accountCount == executed.accountCount else {
            return .wrongAccountsRoot
        }
        guard header.systemRoot == executed.systemRoot else { return .wrongSystemRoot }
        return nil
    }
}

extension ProvingTransaction {
    /// Whether a payload is the one that this transaction signs.
    func describes(_ payload: [UInt8]) -> Bool {
        payload.count == Int(payloadLength) && Payload.digest(of: payload) == payloadDigest
    }
}
