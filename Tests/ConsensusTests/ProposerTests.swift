import ChainTypes
import Consensus
import Simulation
import Testing

struct ProposerTests {
    @Test("golden proposers of heights 1 to 4 in rounds 0 to 7, four equal powers")
    func golden() throws {
        let committee = try Committee(powers: [1, 1, 1, 1])
        let table = (UInt64(1)...4).map { height in
            (UInt32(0)..<8).map { committee.proposer($0, height: height) }
        }
        #expect(
            table == [
                [1, 2, 0, 1, 2, 3, 3, 3], [2, 2, 2, 2, 3, 0, 3, 1], [2, 1, 3, 0, 1, 2, 1, 3],
                [3, 0, 1, 1, 0, 3, 2, 3],
            ])
    }

    @Test("each proposes as often as its power says")
    func proportion() throws {
        let committee = try Committee(powers: [1, 2, 3, 4])
        var turns: [UInt64: Int] = [:]
        for height in UInt64(1)...10_000 {
            turns[committee.power(committee.proposer(0, height: height)), default: 0] += 1
        }
        // Five standard deviations of a binomial count stay below 250.
        for power in UInt64(1)...4 { #expect(abs(turns[power, default: 0] - 1_000 * Int(power)) < 250) }
    }

    @Test("a set at the cap of power has proposers too")
    func cap() throws {
        let committee = try Committee(powers: [Limits.maxTotalPower - 1, 1])
        let heavy = committee.set.validators.firstIndex { $0.power > 1 }
        #expect((UInt32(0)..<50).allSatisfy { committee.proposer($0) == heavy })
    }
}
