import SeededRandom
import Testing

struct SplitMix64Tests {
    /// First outputs of SplitMix64 for seed 1234567, as published with its reference implementation.
    @Test func firstOutputs() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
    }

    /// Every value of a small range is drawn, and none outside of it.
    @Test func drawsCoverTheirRange() {
        var random = SplitMix64(seed: 1)
        #expect(Set((0..<200).map { _ in random.below(5) }) == [0, 1, 2, 3, 4])
        #expect(Set((0..<200).map { _ in random.pick(-1...2) }) == [-1, 0, 1, 2])
        #expect(Set((0..<200).map { _ in random.pick(["a", "b"]) }) == ["a", "b"])
        #expect(random.below(0) == 0 && random.below(-3) == 0 && random.pick(7...7) == 7)
        #expect(random.bytes(33).count == 33)
    }

    @Test func chancesAreOfAHundred() {
        var random = SplitMix64(seed: 2)
        let hits = (0..<10_000).count { _ in random.percent(30) }
        #expect((2_800...3_200).contains(hits))
        #expect((0..<200).allSatisfy { _ in random.percent(100) && !random.percent(0) })
    }
}
