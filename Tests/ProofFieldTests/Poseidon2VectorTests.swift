import ProofField
import SeededRandom
import Testing

/// Vectors of Plonky3 (KAT-A: test_default_koalabear_poseidon2_width_16), and more recomputed by an independent
/// implementation that reproduces it.
@Suite struct Poseidon2VectorTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var input: [UInt32]
        var output: [UInt32]
        var testDescription: String { name }
    }

    static let vectors: [Vector] = [
        Vector(
            name: "Plonky3 KAT",
            input: [
                894848333, 1437655012, 1200606629, 1690012884, 71131202, 1749206695, 1717947831, 120589055,
                19776022, 42382981, 1831865506, 724844064, 171220207, 1299207443, 227047920, 1783754913,
            ],
            output: [
                1934285469, 604889435, 133449501, 1026180808, 1830659359, 176667110, 1391183747, 351743874,
                1238264085, 1292768839, 2023573270, 1201586780, 1360691759, 1230682461, 748270449, 651545025,
            ]),
        Vector(
            name: "zeros", input: [UInt32](repeating: 0, count: 16),
            output: [
                1467453764, 68262570, 2085334433, 1711169726, 869537427, 698494029, 1998923102, 727938840,
                1236421175, 857433239, 1995651691, 1526804549, 968729910, 15322618, 1511105384, 1900792116,
            ]),
        Vector(
            name: "0...15", input: (0..<16).map { UInt32($0) },
            output: [
                1259554834, 663463928, 1989430097, 476523442, 836740795, 1803459961, 1229318262, 2023956904,
                2054405130, 1556655036, 1455339712, 1471465890, 423337459, 353979748, 1203410294, 1592576868,
            ]),
        Vector(
            name: "all p - 1", input: [UInt32](repeating: Felt.modulus - 1, count: 16),
            output: [
                2099104886, 1135614414, 2072416469, 1694003856, 938430089, 977761515, 890195797, 1576442388,
                1081657563, 1229705866, 850266868, 1739002224, 1460530344, 1003261640, 2107563608, 1028339170,
            ]),
    ]

    private func state(_ values: [UInt32]) -> Poseidon2State {
        Poseidon2State { Felt(values[$0]) }
    }

    private func values(_ state: Poseidon2State) -> [UInt32] { (0..<16).map { state[$0].canonical } }

    @Test(arguments: vectors)
    func permutation(_ vector: Vector) {
        var reference = state(vector.input)
        Poseidon2.referencePermute(&reference)
        #expect(values(reference) == vector.output)
        var kernel = state(vector.input)
        Poseidon2.permute(&kernel)
        #expect(values(kernel) == vector.output)
    }

    @Test func thousandfoldIterate() {
        var iterate = state((0..<16).map { UInt32($0) })
        for _ in 0..<1_000 { Poseidon2.permute(&iterate) }
        #expect(
            values(iterate) == [
                1912831551, 1377991346, 2085203625, 928231856, 1883901102, 150548236, 1274561672, 1922784742,
                1211750139, 299010564, 657126035, 1903586041, 726365048, 862501366, 1355433262, 335063892,
            ])
    }

    @Test func intermediateStates() {
        var s = state((0..<16).map { UInt32($0) })
        Poseidon2.externalLinear(&s)
        #expect(
            values(s) == [
                208, 223, 238, 213, 236, 251, 266, 241,
                264, 279, 294, 269, 292, 307, 322, 297,
            ])
        Poseidon2.fullRound(&s, constants: Poseidon2Constants.initialFull, round: 0)
        #expect(
            values(s) == [
                514550484, 1933812896, 1008796329, 1216705077, 512433514, 1239116661, 2059319888, 836484774,
                291405231, 968350404, 1952504384, 1481669885, 1550535266, 1033962974, 1955964332, 2003819720,
            ])
        for round in 1..<4 { Poseidon2.fullRound(&s, constants: Poseidon2Constants.initialFull, round: round) }
        #expect(
            values(s) == [
                98914316, 1834024244, 1419837413, 929937533, 1584560739, 509163482, 1581541237, 1975352520,
                1687456260, 100845068, 128914995, 1983919447, 751550700, 302895016, 345543617, 1866863310,
            ])
        Poseidon2.partialRound(&s, round: 0)
        #expect(
            values(s) == [
                2016716416, 1861522495, 736466644, 1557820234, 519767602, 2064152179, 302080849, 493559990,
                1800498943, 2058721746, 1375304146, 1623794009, 1988807499, 2120342807, 139070927, 610724558,
            ])
    }

    @Test func compressionFeedsForward() throws {
        let left = try #require(Digest(elements: (0..<8).map { Felt($0) }))
        let right = try #require(Digest(elements: (8..<16).map { Felt($0) }))
        #expect(
            Poseidon2.compress(left, right).elements.map(\.canonical) == [
                1259554834, 663463929, 1989430099, 476523445, 836740799, 1803459966, 1229318268, 2023956911,
            ])
        #expect(Poseidon2.compress(right, left) != Poseidon2.compress(left, right))
    }

    /// The published sponge has no length in its capacity; ours does, so only the permutation is checked here.
    @Test func overwriteSpongeWithoutPadding() {
        var s = state([UInt32](repeating: 0, count: 16))
        for block in [Array(UInt32(0)..<8), Array(8..<16), Array(16..<20)] {
            for (index, value) in block.enumerated() { s[index] = Felt(value) }
            Poseidon2.permute(&s)
        }
        #expect(
            Array(values(s)[0..<8]) == [
                936064415, 437063201, 183732576, 267352999, 1264239931, 1851931274, 1214385660, 569662150,
            ])
    }

    @Test func roundNumbers() {
        #expect(Poseidon2Constants.initialFull.count == 64)
        #expect(Poseidon2Constants.partial.count == 20)
        #expect(Poseidon2Constants.finalFull.count == 64)
    }

    @Test func roundConstantsHaveThePublishedDigest() {
        #expect(
            SHA256.hexDigest(Array("abc".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let constants = Poseidon2Constants.initialFull + Poseidon2Constants.partial + Poseidon2Constants.finalFull
        let bytes = constants.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
        #expect(SHA256.hexDigest(bytes) == "d0fc41a00aca77671013be51a5d6a12087b1412bb093c37fc3b8d9d3bb644cd4")
    }

    /// V = [-2, 1, 2, 1/2, 3, 4, -1/2, -3, -4, 1/2^8, 1/8, 1/2^24, -1/2^8, -1/8, -1/16, -1/2^24].
    @Test func internalDiagonalIsMadeOfSmallFractions() {
        func inverse(_ power: UInt64) -> Felt { Felt(2).pow(power).inverse }
        let expected: [Felt] = [
            -Felt(2), Felt(1), Felt(2), inverse(1), Felt(3), Felt(4), -inverse(1), -Felt(3), -Felt(4),
            inverse(8), inverse(3), inverse(24), -inverse(8), -inverse(3), -inverse(4), -inverse(24),
        ]
        #expect(Poseidon2.internalDiagonal.map { Felt($0) } == expected)
    }
}

@Suite struct FixedLengthHashTests {
    /// The definition, step by step, on the reference permutation.
    static func expected(_ elements: [Felt]) -> Digest {
        var state = Poseidon2State(repeating: .zero)
        state[8] = Felt(UInt32(elements.count))
        let blocks = max(1, (elements.count + 7) / 8)
        let padded = elements + [Felt](repeating: .zero, count: 8 * blocks - elements.count)
        for block in 0..<blocks {
            for index in 0..<8 { state[index] = padded[8 * block + index] }
            Poseidon2.referencePermute(&state)
        }
        var digest = Digest.zero
        for index in 0..<8 { digest[index] = state[index] }
        return digest
    }

    @Test(arguments: [0, 1, 7, 8, 9, 16, 23, 171])
    func followsItsDefinition(length: Int) {
        var random = SplitMix64(seed: UInt64(length))
        let elements = random.felts(length)
        #expect(Poseidon2.hash(fixedLength: elements) == Self.expected(elements))
    }

    @Test func trailingZerosChangeTheDigest() {
        let digests = (0...17).map { Poseidon2.hash(fixedLength: [Felt](repeating: .zero, count: $0)) }
        #expect(Set(digests).count == digests.count)
    }
}
