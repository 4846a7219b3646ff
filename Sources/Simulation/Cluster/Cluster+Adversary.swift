import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Replica

/// Validators that lie: they run the production code, and their script changes what leaves them.
extension Cluster {
    /// What a liar says to one peer in place of an honest message.
    mutating func corrupted(_ message: PeerMessage, from index: Int, to peer: Address) -> [PeerMessage] {
        switch (nodes[index].script, message) {
        case (.withholding, .block(let proposed)):
            // Every other block is kept from one peer alone: the rest lock it, and cannot decide it without that peer.
            let isKeptFromAll = proposed.block.header.height.isMultiple(of: 2)
            guard isKeptFromAll || nodes[(index + 1) % nodes.count].address == peer else { return [message] }
            marks.hit("block withheld")
            return []
        case (.lyingSync, .blocks(let blocks)):
            return [.blocks(Forgery.sync(blocks, &random, &marks))]
        case (.lyingSync, .status(var status)):
            // Higher than it is, and lower than it said before.
            if random.percent(30) { status.height += 1 + random.below(1_000) }
            if random.percent(20) { status.height = random.below(status.height) }
            marks.hit("height lied about")
            return [.status(status)]
        default:
            guard let keys = nodes[index].keys else { return [message] }
            return corrupted(message, with: keys, from: index, to: peer)
        }
    }

    /// The same for what only a validator can say.
    private mutating func corrupted(
        _ message: PeerMessage, with keys: ValidatorKeys, from index: Int, to peer: Address
    ) -> [PeerMessage] {
        switch (nodes[index].script, message) {
        case (.invalidBlocks, .consensus(.proposal(let proposal))) where proposal.proposer == keys.address:
            guard let hash = substitute(proposal.blockHash, by: index) else { return [message] }
            marks.hit("invalid block proposed")
            return [.consensus(.proposal(signed(proposal, hash, proposal.validRound, keys)))]
        case (.invalidBlocks, .consensus(.vote(let vote))) where vote.validator == keys.address:
            guard let hash = vote.blockHash, let forged = nodes[index].substitutes[hash] else { return [message] }
            let other = Vote.signed(
                type: vote.type, height: vote.height, round: vote.round, blockHash: forged,
                chainId: chain.genesis.chainId, key: keys.signing)
            return [.consensus(.vote(other))]
        case (.invalidRounds, .consensus(.proposal(let proposal))) where proposal.proposer == keys.address:
            let rounds: [UInt32?] = [
                proposal.round, proposal.round &+ 3, 0, proposal.round == 0 ? 0 : proposal.round - 1,
            ]
            marks.hit("invalid round proposed")
            return [.consensus(.proposal(signed(proposal, proposal.blockHash, random.pick(rounds), keys)))]
        case (.doubleVotes, .consensus(.vote(let vote))) where vote.validator == keys.address:
            guard random.percent(50) else { return [message] }
            let values = [nil, vote.blockHash, Forgery.noise(&random), nodes[index].disk.tip.hash]
            let second = Vote.signed(
                type: vote.type, height: vote.height, round: vote.round + random.pick([0, 0, 0, 1, 4]),
                blockHash: random.pick(values), chainId: chain.genesis.chainId, key: keys.signing)
            marks.hit("vote doubled")
            return random.percent(50) ? [.consensus(.vote(second))] : [message, .consensus(.vote(second))]
        case (.withholding, .consensus(.vote(let vote))) where vote.validator == keys.address:
            return vote.type == .prevote ? [message] : []
        case (.whispering, .consensus(.vote(let vote))) where vote.validator == keys.address:
            let friend = Int(truncatingIfNeeded: vote.height &+ UInt64(vote.round)) % nodes.count
            marks.hit("vote whispered")
            return nodes[friend].address == peer ? [message] : []
        case (.whispering, .consensus(.polka)), (.whispering, .consensus(.certificate)): return []
        default: return [message]
        }
    }

    /// The forged block that a liar proposes in place of its own, nil for its own. All peers are told of the same one,
    /// so that the votes of all who lack a check meet; of one block in eight each peer hears another forgery.
    private mutating func substitute(_ hash: Bytes32, by index: Int) -> Bytes32? {
        // Who is to break one rule alone is not expelled for another.
        let isManifold = hash.word0 % 8 == 0 && plan.forgery == nil
        if !isManifold, let known = nodes[index].substitutes[hash] { return known }
        guard hash.word0 % 8 != 1, let honest = nodes[index].disk.proposed, honest.block.hash == hash else {
            return nil
        }
        guard let keys = nodes[index].keys else { return nil }
        let forged = Forgery.block(
            honest, breaking: plan.forgery, on: nodes[index].disk, by: keys, &random, &marks)
        nodes[index].forged[forged.block.hash] = forged
        nodes[index].substitutes[hash] = forged.block.hash
        return forged.block.hash
    }

    private func signed(
        _ proposal: Proposal, _ hash: Bytes32, _ validRound: UInt32?, _ keys: ValidatorKeys
    ) -> Proposal {
        .signed(
            height: proposal.height, round: proposal.round, validRound: validRound, blockHash: hash,
            chainId: chain.genesis.chainId, key: keys.signing)
    }

    /// What a liar does by itself, twice a second.
    mutating func misbehave(_ index: Int) throws(SimulationFailure) {
        switch nodes[index].script {
        case .amnesia where random.percent(15):
            marks.hit("amnesia")
            crash(index, downFor: 100 + random.below(900))
            forget(index)
        case .forgedCertificates:
            guard let target = nodes.indices.randomElement(using: &random), target != index else { return }
            let forged = forgedProof(for: target)
            marks.hit("proof forged")
            transmit(forged, from: index, to: nodes[target].address)
        default: return
        }
    }

    /// A certificate or a polka for the height that a node is at, made of what was signed for the one before it.
    mutating func forgedProof(for target: Int) -> PeerMessage {
        let height = nodes[target].height + 1
        let hash = nodes[target].forged.keys.min() ?? Forgery.noise(&random)
        guard var old = nodes[target].disk.tip.certificate else {
            let slots = chain.genesisSet.validators.count
            let empty = Certificate(
                height: height, round: 0, blockHash: hash, signatures: Array(repeating: nil, count: slots))
            return .consensus(.certificate(empty))
        }
        if random.percent(15) { return signedElsewhere(height, hash) }
        if random.percent(50) { old = Forgery.certificate(old, &random, &marks) }
        if random.percent(80) { old.height = height }
        if random.percent(50) { old.blockHash = hash }
        guard random.percent(50) else { return .consensus(.certificate(old)) }
        return .consensus(
            .polka(
                PolkaCertificate(
                    height: old.height, round: old.round, blockHash: old.blockHash, signatures: old.signatures)))
    }

    /// A quorum of real signatures, made on another chain.
    private mutating func signedElsewhere(_ height: UInt64, _ hash: Bytes32) -> PeerMessage {
        marks.hit("quorum of another chain")
        let isPolka = random.percent(50)
        let signatures = chain.genesisSet.validators.map { member in
            chain.keys.first { $0.address == member.address }.map {
                Vote.signed(
                    type: isPolka ? .prevote : .precommit, height: height, round: 0, blockHash: hash,
                    chainId: chain.genesis.chainId + 1, key: $0.signing
                ).signature
            }
        }
        guard isPolka else {
            return .consensus(
                .certificate(Certificate(height: height, round: 0, blockHash: hash, signatures: signatures)))
        }
        return .consensus(
            .polka(PolkaCertificate(height: height, round: 0, blockHash: hash, signatures: signatures)))
    }

    /// True when a liar keeps a message from the code it runs: a request for a block that only its script knows, which
    /// is served; and the echo of what the script signed, which would stop an honest node.
    mutating func handles(_ message: PeerMessage, from: Address, _ index: Int) -> Bool {
        switch message {
        case .blockRequest(let hash):
            guard let forged = nodes[index].forged[hash] else { return false }
            transmit(.block(forged), from: index, to: from)
            return true
        case .consensus(.proposal(let proposal)):
            return nodes[index].script == .invalidBlocks && proposal.proposer == nodes[index].keys?.address
        case .consensus(.vote(let vote)):
            return nodes[index].script == .invalidBlocks && vote.validator == nodes[index].keys?.address
        default: return false
        }
    }
}

/// A peer without a key of any worth. When it is banned it comes back under another name.
struct Outsider: Sendable {
    let address: Address
    let number: Int
    private let chainId: UInt64

    init(chain: SimulatedChain, number: Int) {
        self.number = number
        chainId = chain.genesis.chainId
        address = SimulatedChain.key("outsider \(number)").publicKey.address
    }

    func act(on cluster: inout Cluster) throws(SimulationFailure) {
        let up = cluster.nodes.indices.filter { cluster.nodes[$0].isUp }
        guard !up.isEmpty, cluster.random.percent(60) else { return }
        let target = cluster.random.pick(up)
        cluster.marks.hit("outsider")
        cluster.schedule(
            .deliver(message(to: target, &cluster), from: address, to: target), in: 1 + cluster.random.below(100))
    }

    private func message(to target: Int, _ cluster: inout Cluster) -> PeerMessage {
        let height = cluster.nodes[target].height + 1
        let tip = cluster.nodes[target].disk.tip
        switch cluster.random.index(11) {
        case 9:
            // A real proposal, made for another chain.
            let proposer = Proposer.select(cluster.chain.genesisSet, height: height, round: 0).address
            guard let keys = cluster.chain.keys.first(where: { $0.address == proposer }) else { break }
            cluster.marks.hit("proposal of another chain")
            return .consensus(
                .proposal(
                    .signed(
                        height: height, round: 0, validRound: nil, blockHash: Forgery.noise(&cluster.random),
                        chainId: chainId + 1, key: keys.signing)))
        case 8:
            // In the name of the validator whose turn it is.
            let proposer = Proposer.select(cluster.chain.genesisSet, height: height, round: 0).address
            var forged = Proposal.signed(
                height: height, round: 0, validRound: nil, blockHash: Forgery.noise(&cluster.random),
                chainId: chainId, key: SimulatedChain.key("outsider \(number)"))
            forged.proposer = proposer
            return .consensus(.proposal(forged))
        case 0:
            // A real vote, made for another chain.
            let keys = cluster.random.pick(cluster.chain.keys)
            let hash = Forgery.noise(&cluster.random)
            cluster.marks.hit("vote of another chain")
            return .consensus(
                .vote(
                    .signed(
                        type: cluster.random.pick([.prevote, .precommit]), height: height, round: 0,
                        blockHash: cluster.random.pick([nil, hash]), chainId: chainId + 1, key: keys.signing)))
        case 1:
            // Signed by somebody who is no validator.
            return .consensus(
                .vote(
                    .signed(
                        type: .precommit, height: height, round: 0, blockHash: tip.hash, chainId: chainId,
                        key: SimulatedChain.key("outsider \(number)"))))
        case 2:
            return .status(
                PeerStatus(height: height + cluster.random.below(1 << 40), tipHash: tip.hash, baseHeight: 1))
        case 3:
            guard let last = cluster.referee.disk.blocks.last else { return .blockRequest(tip.hash) }
            return .block(ProposedBlock(block: last.block, payloads: []))
        case 4:
            let blocks = cluster.referee.disk.blocks(from: height, count: 4)
            return .blocks(Forgery.sync(blocks, &cluster.random, &cluster.marks))
        case 5: return .transactions([[0x02, 0xc0]])
        case 6: return .blocksRequest(from: UInt64.max - 100, count: 16)
        default: break
        }
        return cluster.forgedProof(for: target)
    }

    /// Its answer to a question; nil for none.
    func answer(_ message: PeerMessage, _ cluster: inout Cluster) -> PeerMessage? {
        guard case .blocksRequest(let from, let count) = message, cluster.random.percent(60) else { return nil }
        let blocks = cluster.referee.disk.blocks(from: from, count: count)
        return .blocks(Forgery.sync(blocks, &cluster.random, &cluster.marks))
    }
}
