import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import JSONRPC
import NodeRuntime
import ProofField
import ProvingRules
import Replica
import STARKCore
import SystemState
import Testing

struct CairnRPCTests {
    /// Four provers; block 1 has a transfer, so a job for it is selected soon after.
    private static func chain() throws -> TestChain {
        var chain = try TestChain(provers: 4)
        try chain.submit(try chain.transfer(nonce: 0))
        for _ in 0..<3 { try chain.advance() }
        return chain
    }

    private static func rpc() throws -> (TestChain, NodeRPC) {
        let chain = try chain()
        return (chain, NodeRPC(host: try chain.host()))
    }

    @Test func statusCountsWhatThereIs() async throws {
        let (chain, rpc) = try Self.rpc()
        let status = try await rpc.ask("cairn_status")
        #expect(status["height"] == 3 && status["chainId"] == 20_261 && status["isDevnet"] == true)
        #expect(status["provenHeight"] == 0 && status["proofLag"] == 1)
        #expect(status["activeJobs"] == 1 && status["proversRegistered"] == 4)
        #expect(status["validators"] == 1 && status["halted"] == .null && status["preset"] == "devnet")
        #expect(status["genesisHash"] == .string("\(chain.genesis.hash)"))
        #expect(status["programHash"] == .string(Hex.encode(chain.checker.programHash.bytes)))
    }

    @Test func theGenesisIsAnsweredAsItsFile() async throws {
        let (chain, rpc) = try Self.rpc()
        let answer = try await rpc.ask("cairn_genesis")
        #expect(try GenesisFile.parse(answer.serialized) == chain.genesis)
    }

    @Test func theBooksAreRight() async throws {
        let (_, rpc) = try Self.rpc()
        let supply = try await rpc.ask("cairn_supply")
        #expect(supply["difference"] == "0" && supply["height"] == 3)
        // Four provers and one validator stake 1,000 each.
        #expect(supply["stakes"] == .string(Hex.quantity(5_000 * Unit.cairn)))
        #expect(supply["genesis"] == .string(Hex.quantity((100_000 + 5_400) * Unit.cairn)))
        #expect(supply["burned"] != "0x0" && supply["claimable"] != "0x0")
    }

    @Test func aJobIsToldInFull() async throws {
        let (chain, rpc) = try Self.rpc()
        let jobs = try await rpc.ask("cairn_jobs", ["limit": 5])
        #expect(jobs.array?.count == 1)
        let summary = try #require(jobs.array?.first)
        #expect(summary["number"] == 1 && summary["phase"] == "t1" && summary["firstHeight"] == 1)
        #expect(summary["provenAt"] == .null && summary["rewards"] == "0x0")
        let id = try #require(summary["id"])
        let job = try await rpc.ask("cairn_job", id)
        #expect(try await rpc.ask("cairn_job", 1) == job)
        #expect(job["provers"]?.array?.count == 2 && job["plan"]?.array?.isEmpty == false)
        for name in job["plan"]?.array?.compactMap({ $0["name"]?.string }) ?? [] { #expect(name != "unknown") }
        #expect(job["statement"]?["operationCount"] == summary["operations"])
        let record = try await rpc.ask("cairn_jobRecord", 1)
        let decoded = try Job(record: try #require(Hex.decode(record.string ?? "")))
        #expect(decoded == chain.replica.ledger.system.jobs[1])
        let open = try await rpc.ask("cairn_openJobs")
        #expect(open["jobs"] == [record] && open["height"] == 3)
        #expect(try await rpc.ask("cairn_jobs", ["before": 1]) == [])
        await #expect(throws: RPCError.server("unknown job 9")) { try await rpc.ask("cairn_job", 9) }
        await #expect(throws: RPCError.server("job 1 is not proven")) { try await rpc.ask("cairn_proof", id) }
        await #expect(throws: RPCError.server("job 1 is not settled yet")) {
            try await rpc.ask("cairn_settlement", id)
        }
    }

    @Test func aJobsInputIsWhatItsStatementSays() async throws {
        let (chain, rpc) = try Self.rpc()
        let hex = try await rpc.ask("cairn_jobInput", 1)
        let input = try JobInput(encoded: try #require(Hex.decode(hex.string ?? "")))
        guard case .success = input.validated(program: chain.checker.program) else {
            Issue.record("the input does not belong to its statement")
            return
        }
    }

    @Test func proversAreFoundByEitherKey() async throws {
        let (chain, rpc) = try Self.rpc()
        let provers = try #require(try await rpc.ask("cairn_provers").array)
        #expect(provers.count == 4)
        let statuses = provers.compactMap { $0["status"]?.string }
        #expect(statuses.count { $0 == "proving job 1" } == 2 && statuses.count { $0 == "available" } == 2)
        let entry = chain.genesis.provers[0]
        let byOwner = try await rpc.ask("cairn_prover", .string("\(entry.owner)"))
        #expect(try await rpc.ask("cairn_prover", .string("\(entry.operatorKey)")) == byOwner)
        #expect(byOwner["stake"] == .string(Hex.quantity(1_000 * Unit.cairn)) && byOwner["active"] == true)
        #expect(try await rpc.ask("cairn_prover", .string("\(TestChain.recipient)")) == .null)
        let record = try await rpc.ask("cairn_proverRecord", .string("\(entry.owner)"))
        #expect(
            try Prover(record: try #require(Hex.decode(record.string ?? "")))
                == chain.replica.ledger.system.provers[entry.owner])
    }

    @Test func operationsAndCertificatesAreAnswered() async throws {
        let (_, rpc) = try Self.rpc()
        let operations = try #require(try await rpc.ask("cairn_operations", 1).array)
        #expect(operations.count == 2)
        #expect(operations[0]["sequence"] == 1 && operations[0]["incrementsNonce"] == true)
        #expect(operations[1]["creates"] == true && operations[1]["isDebit"] == false)
        #expect(try await rpc.ask("cairn_operations", 2) == [])
        let certificate = try await rpc.ask("cairn_certificate", 3)
        #expect(certificate["height"] == 3 && certificate["signatures"]?.array?.count == 1)
        await #expect(throws: RPCError.server("block 0 has no certificate")) {
            try await rpc.ask("cairn_certificate", 0)
        }
    }

    @Test func aProvingTransactionIsRefusedByName() async throws {
        let (chain, rpc) = try Self.rpc()
        let payload: [UInt8] = [1, 2, 3]
        func send(_ job: Bytes32, _ signer: SecretKey) async throws -> JSONValue {
            let transaction = try ProvingTransaction(
                chainId: chain.genesis.chainId, jobId: job, phase: .t1, maxPriorityFeePerGas: 0,
                maxFeePerGas: 3 * Unit.gwei, payloadDigest: Payload.digest(of: payload), payloadLength: 3
            ).sign(with: signer)
            return try await rpc.ask(
                "cairn_sendProvingTransaction", .string(Hex.encode(transaction.encoded)),
                .string(Hex.encode(payload)))
        }
        let key = chain.devnet.provers[0].operatorKey
        let unknown = await #expect(throws: RPCError.self) { try await send(.zero, key) }
        #expect(unknown?.code == -32000 && unknown?.data?["refusal"] == "unknownJob")
        let job = try #require(chain.replica.ledger.system.jobs[1])
        let stranger = await #expect(throws: RPCError.self) { try await send(job.id, try chain.key) }
        #expect(stranger?.data?["refusal"] == "notRegistered")
        let selected = try #require(
            chain.devnet.provers.first { $0.owner.publicKey.address == job.selected.first?.owner })
        let malformed = await #expect(throws: RPCError.self) { try await send(job.id, selected.operatorKey) }
        #expect(malformed?.data?["refusal"] == "malformedPayload")
    }

    @Test func theMarketIsToldWithWhatItRestsOn() async throws {
        let (_, rpc) = try Self.rpc()
        let market = try await rpc.ask("cairn_market", ["window": 50])
        #expect(market["height"] == 3)
        #expect(market["window"] == ["blocks": 50, "from": 1, "to": 3, "coveredFrom": 1])
        let signals = try #require(market["signals"])
        #expect(signals["queueDepth"] == ["value": 0, "unit": "blocks", "samples": 1, "confidence": 1])
        #expect(
            signals["proofLatency"] == ["value": .null, "unit": "blocks", "samples": 0, "confidence": 0])
        #expect(signals["proofLatencyTime"]?["unit"] == "milliseconds")
        // Of four provers two are selected, and two are wanted at least: instances times redundancy.
        #expect(signals["selectionShortfall"]?["denominator"]?.uint64.map { $0 >= 2 } == true)
        #expect(signals["shardSize"]?["p99"] != nil)
        #expect(signals["shardSize"]?["samples"] == signals["instancesPerJob"]?["value"])
        let names = (signals.members ?? []).map(\.name)
        #expect(Set(names) == Set(MarketSignal.allCases.map(\.rawValue) + ["proofLatencyTime"]))
        for window in [0, 100_001] as [JSONValue] {
            let refusal = await #expect(throws: RPCError.self) { try await rpc.ask("cairn_market", ["window": window]) }
            #expect(refusal?.message.contains("window: expected 1 to 100000 blocks") == true)
        }
    }

    @Test func metricsHaveTheMarketAndTheStorageAndNoSampleWithoutAValue() async throws {
        let chain = try Self.chain()
        let text = await NodeMonitor(host: try chain.host()).metrics()
        let lines = text.split(separator: "\n")
        #expect(lines.contains("cairn_market_queue_depth 0"))
        #expect(lines.contains("# TYPE cairn_market_commit_no_reveal_rate gauge"))
        #expect(!lines.contains { $0.hasPrefix("cairn_market_commit_no_reveal_rate") })
        #expect(lines.contains { $0.hasPrefix("cairn_market_shard_size{quantile=\"0.95\"} ") })
        #expect(lines.contains("cairn_market_confidence{signal=\"proofLatency\"} 0.0"))
        let size = lines.first { $0.hasPrefix("cairn_storage_bytes{family=\"sidecars\"} ") }
        #expect(size?.split(separator: " ").last.flatMap { UInt64($0) } != nil)
    }

    @Test func aJobsHistoryHasHeightsAndTimes() async throws {
        let (chain, rpc) = try Self.rpc()
        let history = try #require(try await rpc.ask("cairn_job", 1)["history"]?.array)
        let job = try #require(chain.replica.ledger.system.jobs[1])
        #expect(history.count == job.history.count && !history.isEmpty)
        for (entry, milestone) in zip(history, job.history) {
            #expect(entry["state"] == .string(milestone.state.name) && entry["height"] == JSONValue(milestone.height))
            #expect(entry["time"] == JSONValue(TestChain.start + milestone.height * 2_000))
        }
    }

    /// What a restarted node says of a selection is what the job's record binds.
    @Test func theListThatASelectionChoseFromOutlivesARestart() async throws {
        var chain = try Self.chain()
        try chain.restart()
        let rpc = NodeRPC(host: try chain.host())
        let answer = try await rpc.ask("cairn_selection", 1)
        let job = try Job(record: try #require(Hex.decode(answer["job"]?.string ?? "")))
        let bytes = try #require(Hex.decode(answer["roster"]?.string ?? ""))
        #expect(SelectionRoster.digest(of: bytes) == job.rosterDigest)
        #expect(try SelectionRoster(record: bytes).entries.count == 4)
        #expect(answer["proof"]?["height"] == 3 && answer["selectedAt"]?.uint64 == job.selectedAt)
    }

    /// Silent provers, with the windows of a few blocks: what they are charged stands in the blocks for good.
    @Test func theLedgerOfAProverIsWhatItsBlocksSay() async throws {
        var chain = try Self.chain()
        while chain.replica.ledger.system.jobs[1]?.isClosed == false { try chain.advance() }
        let job = try #require(chain.replica.ledger.system.jobs[1])
        let rpc = NodeRPC(host: try chain.host())
        for payment in job.payments {
            let answer = try await rpc.ask("cairn_proverLedger", .string("\(payment.account.address)"))
            let entries = try #require(answer["entries"]?.array)
            let entry = try #require(entries.first { $0["reason"] == .string(payment.reason.name) })
            #expect(entry["kind"] == (payment.isPenalty ? "penalty" : "reward"))
            #expect(entry["amount"] == .string(Hex.quantity(payment.amount)))
            #expect(entry["job"] == 1 && entry["jobId"] == .string("\(job.id)"))
            #expect(entry["height"]?.uint64 == job.closedAt)
        }
        #expect(!job.payments.isEmpty)
        let none = try await rpc.ask("cairn_proverLedger", .string("\(TestChain.recipient)"))
        #expect(none["entries"] == [])
        let early = try await rpc.ask(
            "cairn_proverLedger", .string("\(job.selected[0].owner)"), ["fromBlock": 1, "toBlock": 2])
        #expect(early["entries"] == [] && early["from"] == 1 && early["to"] == 2)
    }

    @Test func whatIsAskedOfAProverIsPublished() async throws {
        let (chain, rpc) = try Self.rpc()
        let needs = try await rpc.ask("cairn_proverRequirements")
        #expect(needs["proofProfile"] == .string(chain.genesis.proving.proofProfile))
        #expect(needs["minimumStake"] == .string(Hex.quantity(chain.genesis.proving.minimumStake)))
        let circuits = try #require(needs["circuits"]?.array)
        #expect(circuits.count == chain.checker.program.circuits.circuits.count)
        for circuit in circuits {
            #expect(circuit["maxRows"] == .integer(1 << Int64(chain.genesis.proving.maxInstanceLogHeight)))
            #expect(circuit["maxProofBytes"]?.uint64.map { $0 > 0 } == true)
            #expect(circuit["memoryBytes"]?.uint64.map { $0 > 0 } == true)
        }
    }

    @Test func theMethodsAreThoseOfThePage() throws {
        let page = String(decoding: try Repository.bytes("Docs/Spec/JSONRPC.md"), as: UTF8.self)
        // Those of the tables stand in their first cells.
        let cells = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { $0.split(separator: "|")[0] }
        let named = cells.flatMap { $0.split(separator: "`").map(String.init).filter { $0.contains("_") } }
        #expect(named.sorted() == NodeRPC.methodNames)
    }
}
