import Simulation
import Testing

@Suite struct TwinsTests {
    @Test("with tolerated twins the honest agree, decide and accuse nobody honest")
    func toleratedTwins() throws {
        var twins = try TwinsRunner(seed: 1)
        try twins.run(scenarios: 300)
        #expect(twins.scenarios == 300)
        #expect(twins.marks["twin seen by an honest validator"] > 0)
        #expect(twins.marks["partitioned"] > 200)
    }

    @Test("too many twins fork the chain, and the record convicts a third of the power and nobody honest")
    func tooManyTwins() throws {
        for seed in UInt64(0)..<8 {
            var twins = try TwinsRunner(seed: seed)
            try twins.control(limit: 1_000)
            #expect(twins.forks == 1)
        }
    }
}
