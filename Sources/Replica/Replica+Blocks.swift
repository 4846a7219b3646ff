import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import ProvingRules

/// Blocks are pulled: a proposal names the hash, and who lacks the block asks the peer that sent the proposal. A peer
/// that does not have it yet answers when it has.
extension Replica {
    /// Proposals kept until their blocks are here.
    private static let maxHeld = 8

    mutating func askForBlocks(hint: Address?, now: UInt64, _ effects: inout [ReplicaEffect]) {
        for (hash, peer) in fetch.requests(from: peers.addresses, hint: hint, now: now) {
            peers[peer]?.note(owing: hash)
            effects.append(.send(.blockRequest(hash), to: peer))
        }
    }

    /// Keeps a proposal until its block is here, the latest ones.
    mutating func hold(_ proposal: ConsensusMessage, from peer: Address) {
        if held.count >= Self.maxHeld { held.removeFirst() }
        held.append(HeldProposal(message: proposal, peer: peer))
    }

    /// Who sent a proposal for a block that is not here.
    func holder(of hash: Bytes32) -> Address? {
        held.first { if case .proposal(let proposal) = $0.message { proposal.blockHash == hash } else { false } }?.peer
    }

    private mutating func passOn(_ hash: Bytes32, _ effects: inout [ReplicaEffect]) {
        for waiting in held {
            guard case .proposal(let proposal) = waiting.message, proposal.blockHash == hash else { continue }
            effects.append(.broadcast(.consensus(waiting.message), except: waiting.peer))
        }
        held.removeAll { if case .proposal(let proposal) = $0.message { proposal.blockHash == hash } else { true } }
    }

    mutating func serve(_ hash: Bytes32, to peer: Address, _ effects: inout [ReplicaEffect]) {
        if let block = known(hash) ?? recent.block(hash) {
            effects.append(.send(.block(block), to: peer))
        } else if fetch.wants(hash), let known = peers[peer], known.wants.count < Peer.maxWants {
            peers[peer]?.wants.append(hash)
        }
    }

    mutating func receive(
        _ proposed: ProposedBlock, from peer: Address, now: UInt64, _ effects: inout [ReplicaEffect]
    ) throws(StorageFault) {
        let hash = proposed.block.hash
        guard peers[peer]?.pay(hash) == true else { return effects.append(.penalise(peer, .unrequestedBlock)) }
        guard fetch.wants(hash) else { return }
        guard proposed.block.hasOwnBody, proposed.block.describes(proposed.payloads.map { .payload($0) }) else {
            return effects.append(.penalise(peer, .wrongBlockBody))
        }
        fetch.arrived(hash)
        unexecuted[hash] = proposed
        passOn(hash, &effects)
        for other in peers.addresses {
            guard let index = peers[other]?.wants.firstIndex(of: hash) else { continue }
            peers[other]?.wants.remove(at: index)
            effects.append(.send(.block(proposed), to: other))
        }
        let header = proposed.block.header
        let isTimely = BlockTimeliness.isTimely(header.timestamp, parent: tip.header.timestamp, now: now)
        try drive(
            .blockAvailable(blockHash: hash, originRound: header.originRound, timely: isTimely), hint: peer,
            now: now, &effects)
    }
}

/// A proposal whose block is not here yet, and who sent it.
struct HeldProposal: Sendable {
    let message: ConsensusMessage
    let peer: Address
}

extension Block {
    /// Whether transactions, certificate and evidence are those that the header commits to: a block's hash is its
    /// header's.
    var hasOwnBody: Bool {
        header.transactionsRoot == Block.transactionsRoot(transactions)
            && header.lastCertificateHash == Certificate.hash(of: lastCertificate)
            && header.evidenceHash == Block.evidenceHash(evidence)
    }

    /// Whether there is one piece of evidence for each proving transaction, and each payload is the one signed.
    func describes(_ evidence: [SyncEvidence]) -> Bool {
        var rest = evidence.makeIterator()
        for bytes in transactions where bytes.first == TransactionKind.proving.rawValue {
            // A transaction that cannot be read makes the block invalid, whatever comes with it.
            guard let proving = try? UnverifiedTransaction(decoding: bytes).body.proving else { continue }
            switch rest.next() {
            case nil: return false
            case .payload(let payload): guard proving.describes(payload) else { return false }
            case .facts: continue
            }
        }
        return rest.next() == nil
    }
}
