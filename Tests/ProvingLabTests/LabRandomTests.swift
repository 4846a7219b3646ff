import ProvingLab
import Testing

@Suite struct LabRandomTests {
    /// First outputs of SplitMix64 for seed 1234567, as published with its reference implementation.
    @Test func firstOutputs() {
        var random = LabRandom(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
    }
}
