package import ByteCodec
package import ChainTypes
import Cryptography
import Mempool
package import ProvingRules
package import SystemState

/// The pool: what clients and peers offer, and what is passed on. A transaction is passed on once, when it is admitted.
extension Replica {
    /// Whether a transaction need not be looked at when a peer sends it.
    package func hasSeen(_ hash: Bytes32) -> Bool { seen.contains(hash) }

    mutating func submit(
        _ transaction: VerifiedTransaction, payload: [UInt8]?, _ effects: inout [ReplicaEffect]
    ) {
        switch admit(transaction, payload: payload) {
        case .success:
            seen.insert(transaction.hash)
            effects.append(.admitted(transaction.hash))
            effects.append(.broadcast(Self.message([transaction], payload: payload), except: nil))
        case .failure(let refusal): effects.append(.refused(transaction.hash, refusal))
        }
    }

    mutating func relay(
        _ transactions: [VerifiedTransaction], from peer: Address, _ effects: inout [ReplicaEffect]
    ) {
        var admitted: [VerifiedTransaction] = []
        for transaction in transactions where seen.insert(transaction.hash) {
            guard transaction.ordinary != nil, case .success = admit(transaction, payload: nil) else { continue }
            admitted.append(transaction)
            effects.append(.admitted(transaction.hash))
        }
        if !admitted.isEmpty { effects.append(.broadcast(Self.message(admitted, payload: nil), except: peer)) }
    }

    mutating func relay(
        _ transaction: VerifiedTransaction, payload: [UInt8], from peer: Address,
        _ effects: inout [ReplicaEffect]
    ) {
        guard let proving = transaction.proving, !seen.contains(transaction.hash) else { return }
        guard proving.describes(payload) else { return effects.append(.penalise(peer, .wrongPayload)) }
        seen.insert(transaction.hash)
        guard case .success = admit(transaction, payload: payload) else { return }
        effects.append(.admitted(transaction.hash))
        effects.append(.broadcast(Self.message([transaction], payload: payload), except: peer))
    }

    /// Bytes of a peer whose signatures nobody has checked yet.
    mutating func receive(_ list: [[UInt8]], from peer: Address, _ effects: inout [ReplicaEffect]) {
        var verified: [VerifiedTransaction] = []
        for bytes in list where !seen.contains(Keccak256.hash(bytes)) {
            do throws(TransactionRejection) {
                verified.append(try transactions.verified(bytes))
            } catch {
                return effects.append(.penalise(peer, .invalidTransaction(error)))
            }
        }
        relay(verified, from: peer, &effects)
    }

    mutating func receive(
        _ bytes: [UInt8], payload: [UInt8], from peer: Address, _ effects: inout [ReplicaEffect]
    ) {
        guard !seen.contains(Keccak256.hash(bytes)) else { return }
        do throws(TransactionRejection) {
            let transaction = try transactions.verified(bytes)
            relay(transaction, payload: payload, from: peer, &effects)
        } catch {
            effects.append(.penalise(peer, .invalidTransaction(error)))
        }
    }

    private static func message(_ transactions: [VerifiedTransaction], payload: [UInt8]?) -> PeerMessage {
        if let payload, let proof = transactions.first, proof.proving != nil {
            return .proof(proof.encoded, payload: payload)
        }
        return .transactions(transactions.map(\.encoded))
    }

    /// Everything that waits in the pool, to be written down and submitted again after a restart.
    package var pendingTransactions: [(transaction: VerifiedTransaction, payload: [UInt8]?)] { mempool.pending }

    /// The pool's ordinary transactions as a builder would try them.
    func poolCandidates(limit: Int) throws(StorageFault) -> [VerifiedTransaction] {
        try mempool.candidates(baseFee: nextBaseFee, limit: limit) {
            (sender) throws(StorageFault) in ledger.accounts.account(at: sender)?.account.nonce ?? 0
        }
    }

    mutating func prune(_ included: [VerifiedTransaction]) throws(StorageFault) {
        let hashes = Set(included.map(\.hash))
        for transaction in included { seen.insert(transaction.hash) }
        let (ledger, checker, price) = (ledger, checker, nextBaseFee)
        try mempool.prune(
            included: hashes,
            accounts: { (address) throws(StorageFault) in ledger.accounts.account(at: address)?.account },
            isProofStillOpen: { proof in
                Self.precheck(proof.proving, proof.transaction, price: price, system: ledger.system, checker: checker)
                    .isSuccess
            })
    }

    /// The cheap checks of a proving transaction against a state.
    package static func precheck(
        _ proving: ProvingTransaction, _ transaction: VerifiedTransaction, price: UInt128, system: SystemState,
        checker: ProofChecker
    ) -> Result<Address, ProvingRefusal> {
        let gas = system.genesis.chain.gas.intrinsicGas(of: proving)
        let (fee, overflow) = UInt128(gas).multipliedReportingOverflow(
            by: transaction.effectiveGasPrice(baseFee: price) ?? price)
        guard !overflow else { return .failure(.stakeCannotCoverFee) }
        return JobLifecycle.precheck(
            proving, operator: transaction.sender, fee: fee, verifier: checker, state: system, at: system.height + 1)
    }

    private mutating func admit(
        _ transaction: VerifiedTransaction, payload: [UInt8]?
    ) -> Result<Void, MempoolRefusal> {
        transactions.remember(transaction)
        switch transaction.body {
        case .ordinary(let ordinary):
            let account = ledger.accounts.account(at: transaction.sender)?.account
            return mempool.admit(transaction, ordinary, account: account)
        case .proving(let proving):
            return admitProof(transaction, proving, payload: payload ?? [])
        }
    }

    /// Cheap checks first; then the payload is tried on a copy of the state, so that a proof which a block would find
    /// invalid is refused before it costs anyone else anything.
    private mutating func admitProof(
        _ transaction: VerifiedTransaction, _ proving: ProvingTransaction, payload: [UInt8]
    ) -> Result<Void, MempoolRefusal> {
        guard proving.describes(payload) else { return .failure(.payloadMismatch) }
        guard transaction.maxFeePerGas >= genesis.chain.minBaseFee else {
            return .failure(.underpriced(minimum: genesis.chain.minBaseFee))
        }
        let checked = Self.precheck(
            proving, transaction, price: nextBaseFee, system: ledger.system, checker: checker)
        if case .failure(let refusal) = checked {
            return .failure(.provingRefused(name: refusal.name, reason: refusal.reason))
        }
        var trial = ledger.system
        let outcome = JobLifecycle.apply(
            proving, operator: transaction.sender, transactionHash: transaction.hash, payload: payload,
            verifier: checker,
            context: BlockContext(
                height: tip.header.height + 1, proposer: tip.header.proposer, parentHash: tip.hash,
                mix: tip.header.mix),
            state: &trial)
        if !outcome.accepted || !outcome.valid {
            let refusal = outcome.refusal ?? .foundInvalid
            return .failure(.provingRefused(name: refusal.name, reason: refusal.reason))
        }
        return mempool.admit(PendingProof(transaction: transaction, proving: proving, payload: payload))
    }
}

extension Result {
    fileprivate var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
