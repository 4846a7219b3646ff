import ProofField
import STARKCore

/// The query phase of FRI: every opened leaf holds the values carried from the layer before, folds into the next
/// layer, and the last fold lies on the final polynomial.
struct FoldVerifier {
    let header: ProofHeader
    let plan: QueryPlan
    let betas: [Ext]

    /// `values` are those of the first layer at the query positions; `openings` has one entry per layer, and both
    /// have the counts of the plan.
    func check(
        _ values: [Ext], openings: [TreeOpening], domain: EvaluationDomain
    ) throws(ProofRejection) {
        var (carried, domain) = (values, domain)
        for (number, layer) in plan.layers.enumerated() {
            let leaves = assemble(layer, carried: carried, supplied: openings[number].values)
            let rows = leaves.flatMap { [$0.c0, $0.c1, $0.c2, $0.c3] }
            let digests = MerkleHashing.leaves(rows, width: Ext.degree << layer.foldLog)
            guard
                MerkleHashing.opens(
                    cap: header.layerCaps[number], leaves: digests, opening: layer.opening,
                    siblings: openings[number].siblings)
            else { throw .layerOpening(number) }
            carried = fold(layer, leaves, beta: betas[number], domain: domain)
            domain = domain.folded(by: layer.foldLog)
        }
        let last = plan.layers.last?.opening.leaves ?? []
        for (point, value) in zip(domain.points(last), carried) {
            guard finalValue(at: point) == value else { throw .finalPolynomial }
        }
    }

    /// All values of the opened leaves: known positions take the carried values, the others the proof's.
    private func assemble(_ layer: QueryPlan.Layer, carried: [Ext], supplied: [Felt]) -> [Ext] {
        var leaves: [Ext] = []
        leaves.reserveCapacity(layer.opening.leaves.count << layer.foldLog)
        var (known, offset) = (0, 0)
        for leaf in layer.opening.leaves {
            for position in (leaf << layer.foldLog)..<((leaf + 1) << layer.foldLog) {
                if known < layer.known.count, layer.known[known] == position {
                    leaves.append(carried[known])
                    known += 1
                } else {
                    leaves.append(
                        Ext(supplied[offset], supplied[offset + 1], supplied[offset + 2], supplied[offset + 3]))
                    offset += Ext.degree
                }
            }
        }
        return leaves
    }

    private func fold(_ layer: QueryPlan.Layer, _ leaves: [Ext], beta: Ext, domain: EvaluationDomain) -> [Ext] {
        let arity = 1 << layer.foldLog
        var inverses = domain.points(layer.opening.leaves.map { $0 << layer.foldLog })
        Felt.batchInverse(&inverses)
        return inverses.indices.map { leaf in
            EvaluationDomain.fold(
                leaves[(leaf * arity)..<((leaf + 1) * arity)], inversePoint: inverses[leaf], beta: beta)
        }
    }

    private func finalValue(at point: Felt) -> Ext {
        header.finalPolynomial.reversed().reduce(.zero) { $0 * point + $1 }
    }
}
