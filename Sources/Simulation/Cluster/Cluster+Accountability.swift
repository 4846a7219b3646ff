import ByteCodec
import ChainTypes
import Consensus
import Execution
import Replica
import SystemState

/// Who is guilty of what: liars may break agreement when they hold a third of the power, and are then known by name.
extension Cluster {
    /// Notes what a liar says in its own name. It counts in polkas, and against it.
    mutating func hear(_ message: PeerMessage, from index: Int) {
        guard case .consensus(let said) = message, let keys = nodes[index].validator.map({ chain.keys[$0] }) else {
            return
        }
        switch said {
        case .proposal(let proposal) where proposal.proposer == keys.address:
            record.judge(.proposal(proposal), keys.address, set(at: proposal.height))
        case .vote(let vote) where vote.validator == keys.address:
            record.judge(.vote(vote), keys.address, set(at: vote.height))
        // A liar may show its prevote nowhere else.
        case .polka(let polka):
            for (member, signature) in zip(set(at: polka.height).validators, polka.signatures) {
                guard let signature else { continue }
                let vote = Vote(
                    type: .prevote, height: polka.height, round: polka.round, blockHash: polka.blockHash,
                    validator: member.address, signature: signature)
                if vote.isSigned(chainId: chain.genesis.chainId) { record.overhear(vote) }
            }
        default: return
        }
    }

    private func set(at height: UInt64) -> ValidatorSet {
        nodes.lazy.compactMap { $0.replica?.ledger.system.validators(at: height) }.first ?? chain.genesisSet
    }

    /// Ends a run in which a second block was decided at a height, by the law that such a fork convicts a third of the
    /// power, and nobody honest.
    mutating func convict(_ committed: CommittedBlock) throws(SimulationFailure) {
        let height = committed.block.header.height
        let other = referee.disk.blocks[Int(height) - 1].certificate
        let state: SystemState
        do { state = try referee.disk.restored().ledger.system } catch {
            throw SimulationFailure(.durability, "the referee after a fork: \(error)")
        }
        guard let set = state.validators(at: height) else {
            throw SimulationFailure(.accountability, "nobody knows who decided height \(height)")
        }
        if let fault = CertificateLaw.violation(
            committed.certificate, of: committed.hash, height: height, set: set, chainId: chain.genesis.chainId)
        {
            throw SimulationFailure(.certificate, "height \(height), the second time: \(fault)")
        }
        var evident: UInt64 = 0
        for (slot, member) in set.validators.enumerated() {
            let votes = [committed.certificate, other].compactMap { $0.vote(in: slot, of: member.address) }
            for vote in votes { record.judge(.vote(vote), member.address, set) }
            guard votes.count == 2, votes[0].round == votes[1].round else { continue }
            let evidence = Equivocation.votes(votes[0], votes[1]).canonical
            let isExpelled = state.tombstones.contains(member.address)
            guard isExpelled || (try? EvidenceRules.verify(evidence, at: state.height, state: state)) != nil else {
                throw SimulationFailure(.accountability, "two precommits of \(member.address) are no evidence")
            }
            evident += member.power
        }
        let culprits = record.culprits(at: height, set)
        for node in core {
            guard let keys = nodes[node].keys, culprits.contains(keys.address) else { continue }
            throw SimulationFailure(.accountability, "the fork at height \(height) accuses honest node \(node)")
        }
        let power = set.validators.reduce(0) { culprits.contains($1.address) ? $0 + $1.power : $0 }
        let needed = committed.certificate.round == other.round ? min(evident, power) : power
        guard set.isSkip(needed) else {
            throw SimulationFailure(
                .accountability, "the fork at height \(height) convicts \(needed) of \(set.totalPower)")
        }
        isForked = true
        marks.hit("fork convicts a third")
        if needed == evident { marks.hit("fork in one round") }
    }
}

extension Certificate {
    /// The precommit in a slot.
    fileprivate func vote(in slot: Int, of validator: Address) -> Vote? {
        signatures[slot].map {
            Vote(
                type: .precommit, height: height, round: round, blockHash: blockHash, validator: validator,
                signature: $0)
        }
    }
}
