import Simulation
import Testing

@Suite struct SimulationRandomTests {
    @Test func aSeedReplays() {
        var first = SimulationRandom(seed: 7)
        var second = SimulationRandom(seed: 7)
        var other = SimulationRandom(seed: 8)
        let drawn = (0..<64).map { _ in first.next() }
        #expect(drawn == (0..<64).map { _ in second.next() })
        #expect(drawn != (0..<64).map { _ in other.next() })
    }
}
