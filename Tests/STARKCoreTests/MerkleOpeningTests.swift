import ProofField
import STARKCore
import SeededRandom
import Testing

@Suite("Openings of several leaves at once")
struct MerkleOpeningTests {
    private let leafLog = 7
    private let capLog = 2
    private let levels: [[Digest]]

    init() {
        var level = (0..<128).map { Poseidon2.hash(fixedLength: [Felt(UInt32($0))]) }
        var levels = [level]
        while level.count > 4 {
            level = stride(from: 0, to: level.count, by: 2).map { Poseidon2.compress(level[$0], level[$0 + 1]) }
            levels.append(level)
        }
        self.levels = levels
    }

    /// Siblings by the definition: of every ancestor's pair, the member that is no ancestor of an opened leaf.
    private func siblings(_ leaves: [Int]) -> [Digest] {
        var result: [Digest] = []
        for depth in 0..<(leafLog - capLog) {
            let ancestors = Set(leaves.map { $0 >> depth })
            for node in ancestors.map({ $0 ^ 1 }).sorted() where !ancestors.contains(node) {
                result.append(levels[depth][node])
            }
        }
        return result
    }

    private func opens(_ leaves: [Int], _ digests: [Digest], _ siblings: [Digest], cap: [Digest]? = nil) -> Bool {
        MerkleHashing.opens(
            cap: cap ?? levels[leafLog - capLog], leaves: digests,
            opening: QueryPlan.Opening(leaves: leaves, leafLog: leafLog, capLog: capLog), siblings: siblings)
    }

    @Test("Random sets of leaves open with exactly the siblings that cannot be computed", arguments: 0..<20)
    func randomSets(_ seed: Int) {
        var stream = SplitMix64(seed: UInt64(seed))
        let leaves = QueryPlan.distinct((0...(seed * 3)).map { _ in Int.random(in: 0..<128, using: &stream) }.sorted())
        let digests = leaves.map { levels[0][$0] }
        let siblings = siblings(leaves)
        let opening = QueryPlan.Opening(leaves: leaves, leafLog: leafLog, capLog: capLog)
        #expect(opening.siblingCount == siblings.count)
        #expect(opens(leaves, digests, siblings))
        #expect(!opens(leaves, digests, siblings + [.zero]))
        #expect(!opens(leaves, digests.dropLast(), siblings))
        if !siblings.isEmpty { #expect(!opens(leaves, digests, siblings.dropLast())) }
        for position in siblings.indices {
            var wrong = siblings
            wrong[position][3] += .one
            #expect(!opens(leaves, digests, wrong))
        }
        for position in digests.indices {
            var wrong = digests
            wrong[position][0] += .one
            #expect(!opens(leaves, wrong, siblings))
        }
        #expect(!opens(leaves, digests, siblings, cap: []))
    }

    @Test("The cap hashes to the root of the whole tree")
    func root() {
        let cap = levels[leafLog - capLog]
        let root = Poseidon2.compress(Poseidon2.compress(cap[0], cap[1]), Poseidon2.compress(cap[2], cap[3]))
        #expect(MerkleHashing.root(ofCap: cap) == root)
    }

    @Test("Batched leaf hashes are the fixed-length hash of each row", arguments: [1, 7, 8, 9, 32, 171])
    func leaves(_ width: Int) {
        var stream = SplitMix64(seed: UInt64(width))
        let rows = (0..<19).map { _ in (0..<width).map { _ in stream.felt() } }
        #expect(
            MerkleHashing.leaves(rows.flatMap { $0 }, width: width)
                == rows.map { Poseidon2.hash(fixedLength: $0) })
    }

    @Test("A fold is the polynomial's parts weighed by powers of beta", arguments: [1, 2, 3])
    func fold(_ foldLog: Int) throws {
        var stream = SplitMix64(seed: UInt64(foldLog))
        let coefficients = (0..<64).map { _ in stream.ext() }
        func value(_ polynomial: [Ext], _ point: Felt) -> Ext {
            polynomial.reversed().reduce(.zero) { $0 * point + $1 }
        }
        let domain = EvaluationDomain(log: 8, shift: .generator)
        let beta = stream.ext()
        let parts = (0..<(1 << foldLog)).map { residue in
            stride(from: residue, to: 64, by: 1 << foldLog).map { coefficients[$0] }
        }
        let folded = domain.folded(by: foldLog)
        for leaf in [0, 1, 5, (256 >> foldLog) - 1] {
            let positions = Array((leaf << foldLog)..<((leaf + 1) << foldLog))
            let points = domain.points(positions)
            let values = points.map { value(coefficients, $0) }
            let result = EvaluationDomain.fold(values[...], inversePoint: points[0].inverse, beta: beta)
            let point = folded.points([leaf])[0]
            var (expected, power) = (Ext.zero, Ext.one)
            for part in parts {
                expected += power * value(part, point)
                power *= beta
            }
            #expect(result == expected)
            #expect(points.allSatisfy { $0.pow(1 << UInt64(foldLog)) == point })
        }
    }

    @Test("A level is the compressions of its pairs", arguments: [0, 1, 2, 3, 32, 71])
    func parents(_ count: Int) {
        let children = (0..<count).map { Poseidon2.hash(fixedLength: [Felt(UInt32($0)), .one]) }
        let expected = (0..<(count / 2)).map { Poseidon2.compress(children[2 * $0], children[2 * $0 + 1]) }
        #expect(MerkleHashing.parents(children) == expected)
    }
}
