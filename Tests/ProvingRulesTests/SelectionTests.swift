import ByteCodec
import ChainTypes
import Cryptography
import ProvingRules
import SystemState
import Testing

struct SelectionTests {
    private func seed(_ number: Int) -> Bytes32 { Keccak256.hash(utf8: "seed \(number)") }

    @Test(arguments: [(1_000, 200), (399, 199), (10, 5), (1, 1), (0, 0), (2, 1), (3, 1)])
    func theSourcesNumberOfProvers(available: Int, count: Int) {
        var parameters = Market.parameters
        parameters.preset = .source
        #expect(Selection.count(available: available, instances: 1, parameters: parameters) == count)
    }

    @Test func theSmallestJobOpensWithTwiceTheProversItAsksFor() {
        var parameters = Market.parameters
        (parameters.redundancy, parameters.minSelected, parameters.proversPerProof) = (2, 2, 200)
        #expect(Selection.neededToOpen(parameters) == 4)
        parameters.minSelected = 1
        #expect(Selection.neededToOpen(parameters) == 1)
        (parameters.minSelected, parameters.proversPerProof) = (3, 2)
        #expect(Selection.neededToOpen(parameters) == nil)
    }

    @Test func pipelinedBlocksStarve() {
        var parameters = Market.parameters
        parameters.preset = .source
        var available = 300
        var sets: [Int] = []
        for _ in 0..<5 {
            sets.append(Selection.count(available: available, instances: 1_000, parameters: parameters))
            available -= sets[sets.count - 1]
        }
        #expect(sets == [150, 75, 37, 19, 9])
    }

    @Test func devnetSelectsNoMoreThanThereAreCardsToDeal() {
        var parameters = Market.parameters
        parameters.redundancy = 3
        #expect(Selection.count(available: 1_000, instances: 5, parameters: parameters) == 15)
        parameters.redundancy = 1
        #expect(Selection.count(available: 1_000, instances: 1, parameters: parameters) == 2)
    }

    @Test func pitfall19ADrawIsWithoutReplacementAndOfCandidatesOnly() {
        let candidates = (0..<40).map { Selection.Candidate(owner: Market.owner($0), weight: UInt64($0 % 3)) }
        for number in 0..<50 {
            var stream = SeedStream(seed: seed(number))
            let drawn = Selection.draw(20, from: candidates, stream: &stream)
            #expect(drawn.count == 20 && Set(drawn).count == 20)
            #expect(drawn.allSatisfy { owner in candidates.contains { $0.owner == owner && $0.weight > 0 } })
        }
        var stream = SeedStream(seed: seed(0))
        #expect(Selection.draw(100, from: candidates, stream: &stream).count == 26)
    }

    /// The first of two candidates with weights 1 and 3 is drawn first in a quarter of the draws: 4 sigma of 2,000.
    @Test func weightsAreChances() {
        let candidates = [
            Selection.Candidate(owner: Market.owner(0), weight: 1),
            Selection.Candidate(owner: Market.owner(1), weight: 3),
        ]
        let first = (0..<2_000).count { number in
            var stream = SeedStream(seed: seed(number))
            return Selection.draw(1, from: candidates, stream: &stream) == [Market.owner(0)]
        }
        #expect((423...577).contains(first))
    }

    @Test func historyRaisesTheWeightWithinItsBoundAndDecays() {
        let parameters = Market.parameters
        var prover = Prover(
            owner: .zero, operatorKey: .zero, recipient: .zero, stake: 0, registeredAt: 0, activeFrom: 0)
        #expect(HistoryScore.weight(of: prover, at: 10, parameters: parameters) == 100)
        prover.score = 40 * HistoryScore.submission
        prover.lastScoreHeight = 10
        #expect(HistoryScore.weight(of: prover, at: 10, parameters: parameters) == 140)
        #expect(HistoryScore.weight(of: prover, at: 10 + 1_024, parameters: parameters) == 120)
        #expect(HistoryScore.weight(of: prover, at: 10 + 1_536, parameters: parameters) == 115)
        prover.score = .max
        #expect(HistoryScore.weight(of: prover, at: 10, parameters: parameters) == 200)
        #expect(HistoryScore.decayed(.max, blocks: 64 * 1_024) == 0)
        #expect(HistoryScore.decayed(.max, blocks: .max) == 0)
    }

    @Test func decayNeverRises() {
        var last = UInt64.max
        for blocks in stride(from: UInt64(0), to: 70_000, by: 37) {
            let score = HistoryScore.decayed(1 << 60, blocks: blocks)
            #expect(score <= last)
            last = score
        }
    }
}

struct DealingTests {
    private func deal(_ instances: Int, _ provers: Int, _ redundancy: Int, seed: Int = 0) -> [[UInt32]] {
        var stream = SeedStream(seed: Keccak256.hash(utf8: "deal \(seed)"))
        return Dealing.deal(
            instances: Array(0..<UInt32(instances)), provers: provers, redundancy: redundancy, stream: &stream)
    }

    @Test(arguments: 0..<5) func theSourcesExample(seed: Int) {
        let hands = deal(1_000, 200, 3, seed: seed)
        var holders = [Int](repeating: 0, count: 1_000)
        for hand in hands { for instance in hand { holders[Int(instance)] += 1 } }
        #expect(holders.allSatisfy { $0 == 3 })
        #expect(hands.allSatisfy { (14...16).contains($0.count) })
    }

    @Test(arguments: [(1, 1, 1), (3, 2, 2), (5, 2, 4), (1, 5, 2), (7, 3, 3), (64, 10, 4), (10, 200, 4), (0, 3, 2)])
    func everyInstanceGoesToRedundancyProversOrAll(instances: Int, provers: Int, redundancy: Int) {
        for seed in 0..<20 {
            let hands = deal(instances, provers, redundancy, seed: seed)
            #expect(hands.count == provers)
            for hand in hands { #expect(hand == Array(Set(hand)).sorted()) }
            for instance in 0..<UInt32(instances) {
                #expect(hands.count { $0.contains(instance) } == min(redundancy, provers))
            }
            let loads = hands.map(\.count)
            #expect((loads.max() ?? 0) - (loads.min() ?? 0) <= 2)
        }
    }

    @Test func nobodyToDealTo() { #expect(deal(5, 0, 2).isEmpty) }

    @Test func theDealDependsOnTheSeed() { #expect(deal(20, 5, 2, seed: 1) != deal(20, 5, 2, seed: 2)) }
}

struct SubmissionBloomTests {
    @Test func theSourcesSize() {
        #expect(SubmissionBloom.bitCount(selected: 200) == 5_751)
        #expect(SubmissionBloom.hashCount == 20)
        #expect(SubmissionBloom(selected: 200).bytes.count == 719)
        #expect(SubmissionBloom(selected: Limits.maxSelectedProvers).bytes.count <= Limits.maxReuseBloomBytes)
    }

    @Test func whatWasInsertedIsFoundAndLittleElse() {
        let job = Keccak256.hash(utf8: "job")
        func digest(_ number: Int) -> Bytes32 { Keccak256.hash(utf8: "submission \(number)") }
        var bloom = SubmissionBloom(selected: 200)
        for number in 0..<200 { bloom.insert(job: job, owner: Market.owner(number), payloadDigest: digest(number)) }
        #expect(
            (0..<200).allSatisfy {
                bloom.contains(job: job, owner: Market.owner($0), payloadDigest: digest($0))
            })
        let falsePositives = (200..<20_200).count {
            bloom.contains(job: job, owner: Market.owner($0 % 200), payloadDigest: digest($0))
        }
        #expect(falsePositives <= 1)
        #expect(bloom.populationCount <= 200 * 20)
    }
}
