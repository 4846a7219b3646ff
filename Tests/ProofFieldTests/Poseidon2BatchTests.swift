import ProofField
import SeededRandom
import Testing

@Suite struct Poseidon2BatchTests {
    @Test(arguments: [0, 1, 2, 3, 32, 71])
    func aLevelIsItsCompressions(count: Int) {
        var random = SplitMix64(seed: UInt64(200 + count))
        let children = (0..<count).map { _ in random.digest() }
        let expected = (0..<count / 2).map { Poseidon2.compress(children[2 * $0], children[2 * $0 + 1]) }
        #expect(Poseidon2.compressLevel(children) == expected)
    }

    @Test(arguments: [(0, 3), (1, 8), (20, 13)])
    func rowsAndGroupsAreTheirHashes(shape: (count: Int, length: Int)) {
        var random = SplitMix64(seed: 210)
        let matrix = FeltMatrix(rows: shape.count, width: shape.length, stride: shape.length + 2)
        let elements = random.felts(shape.count * shape.length)
        for row in 0..<shape.count {
            for column in 0..<shape.length { matrix[row, column] = elements[row * shape.length + column] }
        }
        let expected = (0..<shape.count).map { Poseidon2.hash(fixedLength: matrix.row($0)) }
        #expect(Poseidon2.hashRows(matrix) == expected)
        #expect(Poseidon2.hashGroups(elements, of: shape.length) == expected)
    }

    @Test func statesArePermutedEach() {
        var random = SplitMix64(seed: 220)
        let inputs = random.felts(16 * 19)
        var states = (0..<19).map { index in Poseidon2State { inputs[16 * index + $0] } }
        let singles = states.map { state in
            var copy = state
            Poseidon2.permute(&copy)
            return copy
        }
        Poseidon2.permute(&states)
        let agree = zip(states, singles).allSatisfy { left, right in (0..<16).allSatisfy { left[$0] == right[$0] } }
        #expect(agree)
        var none: [Poseidon2State] = []
        Poseidon2.permute(&none)
        #expect(none.isEmpty)
    }
}
