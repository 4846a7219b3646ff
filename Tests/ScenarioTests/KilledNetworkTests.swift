import Foundation
import Glibc
import JSONRPC
import NodeRuntime
import Replica
import SeededRandom
import Testing

extension ScenarioTests {
    /// `kill -9` on validators under load, one, two or all at once, again and again: no height is lost, all agree in
    /// the end, and no validator has said two things at once. `CAIRN_KILLS` says how many processes die.
    @Test(.timeLimit(.minutes(240)))
    func killsLoseNothing() async throws {
        let count = ProcessInfo.processInfo.environment["CAIRN_KILLS"].flatMap(Int.init) ?? 10
        try await Scenario.play { scenario in
            let network = try await Network.create(in: scenario, blockTime: "0.3")
            let recorder = try await WireRecorder.start(network)
            var processes = try network.startAll("--peer", recorder.peer)
            _ = try network.startTraffic(rate: 20, seed: 4)
            try await network.goOn(3, [0, 1, 2, 3])
            var generator = KillSequence(seed: 20_261)
            var killed = 0
            var shown: UInt64 = 0
            var waits: [Duration] = []
            var votes: [Duration] = []
            while killed < count {
                let victims = generator.victims()
                for index in 0..<4 { shown = max(shown, (try? await network.height(index)) ?? 0) }
                for index in victims { processes[index].signal(SIGKILL) }
                for index in victims {
                    try await processes[index].exit(within: .seconds(30))
                    killed += 1
                }
                let started = ContinuousClock.now
                for index in victims { processes[index] = try network.start(index, "--peer", recorder.peer) }
                for index in victims {
                    let validator = try DevnetKeys.validator(index).address
                    let first = try await eventually("node-\(index) votes again") {
                        await recorder.heard(validator, after: started)
                    }
                    votes.append(first - started)
                }
                try await network.reach(shown + 1, [0, 1, 2, 3])
                waits.append(ContinuousClock.now - started)
                try await Task.sleep(for: generator.pause())
            }
            try await network.goOn(3, [0, 1, 2, 3])
            try await network.agree([0, 1, 2, 3])
            let (recorded, conflicts) = await recorder.stop()
            #expect(conflicts.isEmpty, "\(conflicts)")
            #expect(recorded > count)
            waits.sort()
            votes.sort()
            let rare = votes[(votes.count * 99 + 99) / 100 - 1]
            print(
                """
                \(killed) kills; from restart to a new block everywhere: median \(waits[waits.count / 2]), most \
                \(waits[waits.count - 1]); to a vote: median \(votes[votes.count / 2]), p99 \(rare); \(recorded) votes \
                recorded
                """)
            // A soak judges the time too; few kills beside other tests say nothing about it.
            if count >= 100 { #expect(rare <= .seconds(3)) }
            let supply = try scenario.start(.cairn, ["supply", "--check", "--rpc", network.nodes[0].client.url])
            #expect(try await supply.exit(within: .seconds(30)) == 0)
        }
    }
}

/// Who dies next, and when: the same for the same seed.
private struct KillSequence {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// Mostly one, sometimes two, sometimes all.
    mutating func victims() -> [Int] {
        let kind = random.below(8)
        let first = random.below(4)
        if kind == 0 { return [0, 1, 2, 3] }
        return kind <= 2 ? [first, (first + 1) % 4] : [first]
    }

    mutating func pause() -> Duration { .milliseconds(random.below(900)) }
}
