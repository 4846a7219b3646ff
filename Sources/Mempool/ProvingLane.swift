import ByteCodec
import ChainTypes

/// The lane of proving transactions.
extension Mempool {
    /// Takes a proving transaction whose cheap checks and proofs have passed; one for each job, phase and operator,
    /// replaced when both fees rise by at least 10 %.
    package mutating func admit(_ proof: PendingProof) -> Result<Void, MempoolRefusal> {
        guard places[proof.transaction.hash] == nil else { return .failure(.alreadyKnown) }
        let key = ProofKey(
            jobId: proof.proving.jobId, phase: proof.proving.phase, operatorKey: proof.transaction.sender)
        let replaced = proofs[key]
        if let replaced, !Self.outbids(proof.transaction.body, replaced.transaction.body) {
            return .failure(.replacementUnderpriced)
        }
        guard let victims = victims(for: proof, replacing: replaced) else { return .failure(.poolFull) }
        remove(key)
        for victim in victims { remove(victim) }
        proofs[key] = proof
        proofOrder.append(key)
        proofByteCount += proof.payload.count
        places[proof.transaction.hash] = .proof(key)
        return .success(())
    }

    /// Whom the proof outbids, cheapest first, until there is room for it; nil when that is not enough.
    private func victims(for proof: PendingProof, replacing replaced: PendingProof?) -> [ProofKey]? {
        var count = proofs.count - (replaced == nil ? 0 : 1)
        var bytes = proofByteCount - (replaced?.payload.count ?? 0)
        func fits() -> Bool { count < bounds.proofs && bytes + proof.payload.count <= bounds.proofBytes }
        if fits() { return [] }
        let price = bid(of: proof.transaction.body)
        // A stable order: who came first among equal bids is the last to go.
        let cheaper = proofOrder.enumerated().compactMap { position, key in
            proofs[key].map { (position: position, key: key, proof: $0, price: bid(of: $0.transaction.body)) }
        }.filter { $0.price < price && $0.proof != replaced }
            .sorted { ($0.price, $1.position) < ($1.price, $0.position) }
        var victims: [ProofKey] = []
        for candidate in cheaper {
            victims.append(candidate.key)
            count -= 1
            bytes -= candidate.proof.payload.count
            if fits() { return victims }
        }
        return nil
    }

    mutating func remove(_ key: ProofKey) {
        guard let old = proofs.removeValue(forKey: key) else { return }
        proofOrder.removeAll { $0 == key }
        proofByteCount -= old.payload.count
        places[old.transaction.hash] = nil
    }

    /// The proving lane in order of arrival.
    package var pendingProofs: [PendingProof] { proofOrder.compactMap { proofs[$0] } }
}
