import AccountTree
import ByteCodec
import ChainTypes
import Consensus
import Mempool
import Replica
import SystemState

/// The checkers that look on at every effect of every honest node.
extension Cluster {
    /// Before a block goes to the disk.
    mutating func checkCommit(_ committed: CommittedBlock, _ index: Int) throws(SimulationFailure) {
        guard nodes[index].isHonest else { return }
        let header = committed.block.header
        trace.add(now, index, 6, committed.hash.word0)
        trace.tell(now, index, "commits height \(header.height), round \(committed.certificate.round)")
        guard header.height == nodes[index].height + 1, header.parentHash == nodes[index].disk.tip.hash else {
            throw SimulationFailure(.contiguity, "node \(index) commits \(header.height) on \(nodes[index].height)")
        }
        guard committed.hash == header.hash else {
            throw SimulationFailure(.validity, "node \(index) commits \(header.height) under another hash")
        }
        for shown in committed.block.evidence {
            guard !core.contains(where: { nodes[$0].keys?.address == shown.validator }) else {
                throw SimulationFailure(.accountability, "height \(header.height) accuses an honest validator")
            }
            marks.hit("evidence committed")
        }
        let isFirst: Bool
        do { isFirst = try referee.judge(committed, index) } catch {
            guard plan.isOverThird, error.law == .agreement else { throw error }
            return try convict(committed)
        }
        if isFirst {
            marks.hit("height decided")
            if committed.certificate.round > 0 { marks.hit("decided after round 0") }
            if header.validatorsHash != header.nextValidatorsHash { marks.hit("validator set changed") }
            if header.originRound < committed.certificate.round { marks.hit("decided a block proposed again") }
            if plan.isCalm, committed.certificate.round > 0 {
                throw SimulationFailure(.calm, "height \(header.height) took round \(committed.certificate.round)")
            }
            if header.height > 8, header.height.isMultiple(of: 8) { record.forget(below: commonHeight) }
        } else {
            if let fault = CertificateLaw.violation(
                committed.certificate, of: committed.hash, height: header.height,
                set: try validators(of: index), chainId: chain.genesis.chainId)
            {
                throw SimulationFailure(.certificate, "height \(header.height) at node \(index): \(fault)")
            }
        }
    }

    /// The set of the block that the node is about to write, as its disk knows it.
    private func validators(of index: Int) throws(SimulationFailure) -> ValidatorSet {
        // The replica is one block ahead of its disk here; its parent's state names the set.
        guard let replica = nodes[index].replica,
            let set = replica.ledger.system.validators(at: nodes[index].height + 1)
        else { throw SimulationFailure(.certificate, "node \(index) knows no set of its own height") }
        return set
    }

    /// After it: money, roots, bounds.
    mutating func checkState(_ committed: CommittedBlock, _ index: Int) throws(SimulationFailure) {
        guard nodes[index].isHonest, let replica = nodes[index].replica else { return }
        let header = committed.block.header
        let isNews = digests[header.height] == nil
        // One step can commit several blocks; the state is that of the last.
        if replica.tip.hash == committed.hash {
            var system = replica.ledger.system
            guard system.root() == header.systemRoot, replica.ledger.tree.root == header.accountsRoot else {
                throw SimulationFailure(.roots, "node \(index) holds another state than header \(header.height)")
            }
            guard UInt64(header.accountCount) == UInt64(replica.ledger.accounts.accounts.count),
                system.mix == header.mix,
                system.validators(at: header.height + 1)?.hash == header.nextValidatorsHash
            else { throw SimulationFailure(.roots, "header \(header.height) says what its state does not") }
            for other in core {
                guard let validator = nodes[other].validator,
                    system.tombstones.contains(chain.keys[validator].address)
                else { continue }
                throw SimulationFailure(.accountability, "the honest validator \(validator) is expelled")
            }
            let next = system.validators(at: header.height + SystemState.validatorSetDelay)
            if let expelled = system.tombstones.keys.first(where: { next?.index(of: $0) != nil }) {
                throw SimulationFailure(.accountability, "\(expelled), who was expelled, is in a set again")
            }
            if system.tombstones.count > expelled {
                expelled = system.tombstones.count
                marks.hit("equivocator expelled")
            }
            if isNews, let fault = RefereeRules.faultOfElection(system) {
                throw SimulationFailure(.validity, "after height \(header.height) there is \(fault)")
            }
            do { try system.checkConservation(accountsTotal: replica.ledger.accounts.total) } catch {
                throw SimulationFailure(.supply, "node \(index), height \(header.height): \(error)")
            }
        }
        guard !nodes[index].isDamaged else { return }
        let digest = nodes[index].disk.digest
        guard digests[header.height, default: digest] == digest else {
            throw SimulationFailure(.roots, "node \(index) wrote another height \(header.height) to its disk")
        }
        digests[header.height] = digest
        guard replica.mempool.transactionCount <= 5_000 else {
            throw SimulationFailure(.bounds, "node \(index) holds \(replica.mempool.transactionCount) transactions")
        }
    }

    /// What a node says in its own name is on its disk, does not contradict what it said in any life, and keeps its
    /// lock.
    mutating func checkSpeech(_ message: PeerMessage, _ index: Int) throws(SimulationFailure) {
        guard case .consensus(let said) = message else { return }
        let signed: SignedMessage
        let author: Address
        switch said {
        case .proposal(let proposal):
            (signed, author) = (.proposal(proposal), proposal.proposer)
            try checkService(proposal, index)
        case .vote(let vote): (signed, author) = (.vote(vote), vote.validator)
        case .polka:
            return marks.hit("polka shown")
        case .certificate:
            return marks.hit("certificate shown")
        }
        guard let keys = nodes[index].validator.map({ chain.keys[$0] }), author == keys.address else { return }
        guard nodes[index].isHonest else { return }
        guard nodes[index].persisted.contains(said) else {
            throw SimulationFailure(.durability, "node \(index) says what its disk does not hold: \(message.summary)")
        }
        let set = nodes[index].replica?.ledger.system.validators(at: signed.height) ?? chain.genesisSet
        try record.note(signed, author, set)
    }

    /// Whoever hears a proposal asks its sender for the block: nodes that pass on what they lack wait for one another.
    private func checkService(_ proposal: Proposal, _ index: Int) throws(SimulationFailure) {
        guard nodes[index].isHonest, proposal.height == nodes[index].height + 1,
            !nodes[index].holds.contains(proposal.blockHash)
        else { return }
        throw SimulationFailure(
            .service, "node \(index) passes on the proposal of \(proposal.height)/\(proposal.round) without the block")
    }
}
