import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Replica
import SystemState

/// Follows the chain that honest nodes decide, on a disk of its own. Each block is judged twice: by a replica that is
/// started from that disk and has taken part in nothing, and by rules written here a second time.
struct Referee: Sendable {
    private let chain: SimulatedChain
    private(set) var disk: SimulatedDisk
    private var decided: [UInt64: Bytes32] = [:]
    private var executed: Set<Bytes32> = []
    /// Transactions of each user so far.
    private var nonces: [Address: UInt64] = [:]

    init(chain: SimulatedChain) {
        self.chain = chain
        disk = chain.disk
        disk.checksOperations = false
    }

    /// Checks a block that a node is about to commit. True when it is the first to commit this height.
    mutating func judge(_ committed: CommittedBlock, _ index: Int) throws(SimulationFailure) -> Bool {
        let height = committed.block.header.height
        if let known = decided[height] {
            guard known == committed.hash else {
                throw SimulationFailure(.agreement, "node \(index) commits another block at height \(height)")
            }
            return false
        }
        guard height == disk.height + 1 else {
            throw SimulationFailure(.contiguity, "height \(height) follows \(disk.height) at node \(index)")
        }
        let restored: RestoredChain
        do { restored = try disk.restored() } catch {
            throw SimulationFailure(.roots, "the referee's disk at height \(disk.height): \(error)")
        }
        let replica = Replica(
            genesis: chain.genesis, keys: nil, restored: restored, checker: SimulatedChain.checker)
        let state = replica.ledger.system
        if let fault = CertificateLaw.violation(
            committed.certificate, of: committed.hash, height: height, set: state.nextValidators,
            chainId: chain.genesis.chainId)
        {
            throw SimulationFailure(.certificate, "height \(height) at node \(index): \(fault)")
        }
        let proposed = ProposedBlock(block: committed.block, payloads: committed.payloads)
        let rejection: BlockRejection?
        do { rejection = try replica.rejection(of: proposed) } catch {
            throw SimulationFailure(.durability, "the referee at height \(height): \(error)")
        }
        if let rejection {
            throw SimulationFailure(.validity, "node \(index) commits height \(height), which is \(rejection)")
        }
        if let fault = faultOfHeader(committed, replica.ledger) {
            throw SimulationFailure(.validity, "node \(index) commits height \(height): \(fault)")
        }
        try countTransactions(committed)
        decided[height] = committed.hash
        disk.commit(committed)
        return true
    }

    /// What a header must say, given its parent.
    private func faultOfHeader(_ committed: CommittedBlock, _ ledger: Ledger) -> String? {
        let (parent, accounts) = (ledger.system, ledger.accounts)
        let (header, tip) = (committed.block.header, disk.tip)
        if header.chainId != chain.genesis.chainId { return "another chain" }
        if header.parentHash != tip.hash { return "another parent" }
        if header.timestamp <= tip.header.timestamp { return "its time is not later than its parent's" }
        if header.gasLimit != chain.genesis.chain.gasLimit { return "another gas limit" }
        if header.transactionsRoot != Block.transactionsRoot(committed.block.transactions) {
            return "other transactions than its root's"
        }
        if let fault = RefereeRules.faultOfReceipts(committed) { return fault }
        if let fault = RefereeRules.faultOfTransfers(committed, on: accounts) { return fault }
        if let fault = RefereeRules.faultOfEvidence(committed.block, after: parent) { return fault }
        if tip.header.height > 0, header.baseFee != BaseFee.next(after: tip.header, parameters: chain.genesis.chain) {
            return "wrong base fee"
        }
        let set = parent.nextValidators
        if header.validatorsHash != set.hash { return "wrong validators" }
        let elected = Proposer.select(set, height: header.height, round: header.originRound)
        if elected.address != header.proposer { return "it is not its proposer's turn" }
        let alpha = Randao.alpha(chainId: header.chainId, height: header.height, parentMix: tip.header.mix)
        guard let output = try? VRF.verify(publicKey: elected.vrfKey, alpha: alpha, proof: header.vrfProof),
            header.mix == Randao.nextMix(tip.header.mix, vrfOutput: output)
        else { return "a mix that does not follow" }
        guard tip.header.height > 0 else { return committed.block.lastCertificate == nil ? nil : "a first certificate" }
        guard let last = committed.block.lastCertificate, header.lastCertificateHash == last.hash else {
            return "no certificate of its parent"
        }
        guard let before = parent.validators(at: tip.header.height) else {
            return "its parent's validators are unknown"
        }
        return CertificateLaw.violation(
            last, of: tip.hash, height: tip.header.height, set: before, chainId: header.chainId
        ).map { "its parent's certificate: \($0)" }
    }

    /// Each transaction is executed once, and steps its sender's nonce by one.
    private mutating func countTransactions(_ committed: CommittedBlock) throws(SimulationFailure) {
        for transaction in committed.transactions {
            guard executed.insert(transaction.hash).inserted else {
                throw SimulationFailure(.validity, "transaction \(transaction.hash) is executed twice")
            }
            nonces[transaction.sender, default: 0] += 1
        }
        for change in committed.accounts {
            let address = change.account.address
            guard change.account.nonce == nonces[address, default: 0] else {
                throw SimulationFailure(.validity, "\(address) has nonce \(change.account.nonce)")
            }
        }
    }
}
