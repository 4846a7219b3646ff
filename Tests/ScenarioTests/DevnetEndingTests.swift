import Glibc
import Testing

extension ScenarioTests {
    /// When success was promised, the death of any process ends the devnet with its name; all others end too.
    @Test(.timeLimit(.minutes(10)))
    func aDevnetThatLosesAProcessEndsWithTheReason() async throws {
        try await Scenario.play { scenario in
            let chain = try await Chain.create(in: scenario, blockTime: "0.5")
            for (file, name) in [("prover-2.key", "prover-2"), ("validator-0.key", "node-0")] {
                let devnet = try chain.startDevnet("--until-proven", "1000")
                try await eventually("the devnet starts") { devnet.output.contains("\"started\"") }
                let child = try await eventually("\(name) runs") {
                    Scenario.processes(naming: "\(chain.folder)/\(file)").first
                }
                kill(child, SIGKILL)
                #expect(try await devnet.exit(within: .seconds(60)) == 1)
                #expect(devnet.errors.contains("\(name) was ended by signal 9"))
                #expect(Scenario.processes(naming: chain.folder).isEmpty, "children outlive the devnet")
            }
        }
    }

    /// The children end with their supervisor even when that had no time to end them.
    @Test(.timeLimit(.minutes(10)))
    func aKilledDevnetLeavesNoProcessBehind() async throws {
        try await Scenario.play { scenario in
            let chain = try await Chain.create(in: scenario, blockTime: "0.5")
            let devnet = try chain.startDevnet()
            try await eventually("the devnet starts") { devnet.output.contains("\"started\"") }
            // A process that has just begun has no command line for a moment.
            try await eventually("its processes run") { Scenario.processes(naming: chain.folder).count > 5 }
            try await devnet.killNow()
            try await eventually("its children end") { Scenario.processes(naming: chain.folder).isEmpty }
            // The directory is free again, and whole.
            let next = try chain.startDevnet("--traffic", "0")
            try await eventually("the devnet starts again") { next.output.contains("\"started\"") }
            next.signal(SIGTERM)
            #expect(try await next.exit(within: .seconds(40)) == 0)
        }
    }

    /// Without provers nothing is proven, and a devnet that promised it says so after the stated time.
    @Test(.timeLimit(.minutes(10)))
    func aDevnetWithoutProofsGivesUp() async throws {
        try await Scenario.play { scenario in
            let chain = try await Chain.create(in: scenario, blockTime: "0.5")
            let devnet = try chain.startDevnet("--provers", "0", "--until-proven", "1", "--patience", "2")
            #expect(try await devnet.exit(within: .seconds(60)) == 4)
            #expect(devnet.errors.contains("no block with transfers was proven for 2 s"))
        }
    }
}
