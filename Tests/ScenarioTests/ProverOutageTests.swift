import Glibc
import JSONRPC
import Testing

extension ScenarioTests {
    /// Without provers blocks go on and the lag grows; with provers back it goes down to nothing.
    @Test(.timeLimit(.minutes(15)))
    func provingStopsAndIsWorkedOff() async throws {
        try await Scenario.play { scenario in
            let chain = try await Chain.create(in: scenario, blockTime: "1")
            _ = try await chain.runNode()
            var provers = try (0..<4).map(chain.startProver)
            let traffic = try chain.startTraffic(rate: 3, seed: 2)
            let proven = try await eventually("the first proof") {
                let height = try await chain.node.status("provenHeight")
                return height > 1 ? height : nil
            }

            // Two provers are killed, two just stop.
            for prover in provers[..<2] { try await prover.killNow() }
            for prover in provers[2...] { prover.signal(SIGSTOP) }
            let height = try await chain.node.status("height")
            let stopped = try await chain.node.status("provenHeight")
            try #require(stopped >= proven)
            try await eventually("blocks go on") { try await chain.node.status("height") > height + 6 }
            try await eventually("the lag grows") { try await chain.node.status("proofLag") >= 5 }
            // What was on its way into a block when they stopped can still be the end of one job.
            let behind = try await chain.node.status("provenHeight")
            #expect(behind < height + 6)

            for index in 0..<2 { provers[index] = try chain.startProver(index) }
            for prover in provers[2...] { prover.signal(SIGCONT) }
            try await eventually("proofs go on") { try await chain.node.status("provenHeight") > height + 6 }
            traffic.signal(SIGTERM)
            #expect(try await traffic.exit(within: .seconds(30)) == 0)
            try await eventually("the lag is worked off") {
                let pending = try await chain.node.status("pendingTransactions")
                return try await chain.node.status("proofLag") == 0 && pending == 0
            }
            try await chain.succeed("supply", "--check")
        }
    }

    /// A prover that dies after its commitment proves the same traces again when it is back, and in time.
    @Test(.timeLimit(.minutes(15)))
    func aKilledProverResumes() async throws {
        try await Scenario.play { scenario in
            let chain = try await Chain.create(in: scenario, blockTime: "1")
            _ = try await chain.runNode()
            var provers = try (0..<4).map(chain.startProver)
            _ = try chain.startTraffic(rate: 3, seed: 3)

            let caught = try await chain.catchProver(among: provers)
            let (index, number) = (caught.index, caught.number)
            try await provers[index].killNow()
            let standing = try #require(try await chain.standing(of: caught.owner, in: caught.jobId))
            try #require(standing["submittedAt"]?.count == nil)

            provers[index] = try chain.startProver(index)
            try await eventually("its partial proofs are on chain") {
                try await chain.standing(of: caught.owner, in: caught.jobId)?["valid"] == true
            }
            #expect(provers[index].errors.contains("job \(number): proved"))
            try await eventually("the job is proven") {
                try await chain.node.call("cairn_job", [JSONValue(number)])["provenAt"]?.count != nil
            }
            try await chain.succeed("job", "verify", "\(number)")
        }
    }
}
