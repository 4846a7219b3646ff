import JSONRPC
import Testing

extension ScenarioTests {
    /// A fifth validator catches up, registers with a stake, and signs. When one of the first four is gone then, the
    /// chain goes on with the fifth one's votes, and not without them: four of five are the least that decide.
    @Test(.timeLimit(.minutes(10)))
    func aFifthValidatorJoinsByStakingAndItsVotesDecide() async throws {
        try await Scenario.play { scenario in
            let network = try await Network.create(in: scenario)
            let processes = try network.startAll()
            try await network.goOn(3, [0, 1, 2, 3])
            let fifth = try await network.join("fifth", isValidator: true)
            let known = try #require(try await network.height(0))
            try await eventually("it catches up") { try await fifth.client.head()?.height ?? 0 >= known }
            let registered = try scenario.start(
                .cairn,
                [
                    "validator", "register", "--from", "dev0", "--key-file", "\(fifth.folder)/validator.key", "--stake",
                    "1000", "--wait", "--json", "--rpc", network.nodes[0].client.url,
                ], name: "register")
            #expect(try await registered.exit(within: .seconds(120)) == 0)

            let first = network.nodes[0].client
            let place = try await eventually("it is in the set") { () -> Int? in
                let height = try await first.head()?.height ?? 0
                let set = try await first.call("cairn_validators", [JSONValue(height)])["validators"]?.array ?? []
                let genesis = try await first.call("cairn_validators", [1])["validators"]?.array ?? []
                let old = genesis.map { $0["address"] }
                return set.count == 5 ? set.firstIndex { !old.contains($0["address"]) } : nil
            }
            try await eventually("its signature is in a certificate") {
                let height = try await first.head()?.height ?? 0
                let signatures = try await first.call("cairn_certificate", [JSONValue(height)])["signatures"]?.array
                return signatures.map { $0.count == 5 && !$0[place].isNull } ?? false
            }
            try await processes[3].killNow()
            try await network.goOn(5, [0, 1, 2])
            let height = try #require(try await network.height(0))
            let certificate = try await first.call("cairn_certificate", [JSONValue(height)])
            #expect(certificate["signatures"]?.array?[place].isNull == false)
            try await network.agree([0, 1, 2])
            for height in known...height {
                try await eventually("the fifth has block \(height)") { try await fifth.client.block(height) != nil }
                #expect(try await fifth.client.block(height) == (try await first.block(height)))
            }
        }
    }

    /// A node with an empty directory fetches the state after a recent block, and from there the blocks; those before
    /// it never has. One of the two peers that it knows is killed on the way.
    @Test(.timeLimit(.minutes(10)))
    func aFullNodeJoinsBySnapshotOverTheNetwork() async throws {
        try await Scenario.play { scenario in
            let network = try await Network.create(in: scenario, blockTime: "0.3")
            let processes = try network.startAll("--snapshot-interval", "10")
            _ = try network.startTraffic(rate: 20, seed: 5)
            try await network.reach(23, [0, 1, 2, 3])
            let new = try await network.join(
                "new", known: [0, 1], "--join-by-snapshot", "--snapshot-interval", "0")
            try await processes[1].killNow()
            let known = try #require(try await network.height(0))
            try await eventually("it has what was decided") { try await new.client.head()?.height ?? 0 >= known }
            let base = try await eventually("it says where it began") { () -> UInt64? in
                let line = new.process.errors.split(separator: "\n").first { $0.contains("joined at block ") }
                return line?.split(separator: " ").compactMap { UInt64($0) }.last
            }
            #expect(base >= 10 && base % 10 == 0)
            #expect(try await new.client.block(base - 1) == nil, "it was not to fetch the blocks before")
            for height in base...known {
                #expect(try await new.client.block(height) == (try await network.nodes[0].client.block(height)))
            }
            try await eventually("it follows") { try await new.client.head()?.height ?? 0 > known + 5 }
            let supply = try scenario.start(.cairn, ["supply", "--check", "--rpc", new.client.url])
            #expect(try await supply.exit(within: .seconds(30)) == 0)
            let progress = new.process.errors.contains("chunk ") && new.process.errors.contains("KiB/s")
            #expect(progress, "it shows how far it has come and at which rate")
        }
    }

    /// A validator is killed, and restored from a snapshot without the record of what it signed. It says that it keeps
    /// silent, signs again once a block is younger than its process, and nobody hears it contradict itself.
    @Test(.timeLimit(.minutes(10)))
    func aRestoredValidatorIsSilentAtFirstAndNeverContradictsItself() async throws {
        try await Scenario.play { scenario in
            let network = try await Network.create(in: scenario)
            let recorder = try await WireRecorder.start(network)
            let processes = try network.startAll("--peer", recorder.peer)
            try await network.goOn(3, [0, 1, 2, 3])
            try await processes[3].killNow()
            let home = "\(scenario.folder)/restored"
            for arguments in [
                ["create", "--data-dir", "\(network.folder)/node-3", "--out", "\(scenario.folder)/3.snapshot"],
                [
                    "restore", "\(scenario.folder)/3.snapshot", "--genesis", "\(network.folder)/genesis.json",
                    "--data-dir", home,
                ],
            ] {
                let command = try scenario.start(.cairn, ["snapshot"] + arguments, name: arguments[0])
                #expect(try await command.exit(within: .seconds(60)) == 0)
            }
            var arguments = network.nodes[3].arguments + ["--peer", recorder.peer]
            let place = try #require(arguments.firstIndex(of: "--data-dir"))
            arguments[place + 1] = home
            let restored = try scenario.start(.cairn, arguments, name: "restored")
            try await network.goOn(3, [0, 1, 2, 3])
            #expect(restored.errors.contains("signs nothing until a block is committed"))
            // The other three are all that decide: the empty place is its own.
            let slot = try #require(try await signatures(network).firstIndex { $0.isNull })
            try await eventually("it signs again") { try await !signatures(network)[slot].isNull }
            try await network.goOn(3, [0, 1, 2, 3])
            try await network.agree([0, 1, 2])
            let (votes, conflicts) = await recorder.stop()
            #expect(votes > 0 && conflicts.isEmpty, "\(conflicts)")
        }
    }
}
