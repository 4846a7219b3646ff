import ByteCodec
import ChainTypes
import CommandShell
import Cryptography
import JSONRPC
import NodeRuntime
import Replica
import SampleChain
import SystemState

/// A node whose answers come from a sample chain, and may be changed on their way out.
struct SampleAnswers: RPCHandler {
    let chain: SampleNode
    /// The job that is asked for.
    var number: UInt64 = 1
    /// Changes an answer, by method and first parameter.
    var lie: @Sendable (String, JSONValue?, JSONValue) -> JSONValue = { _, _, answer in answer }

    /// A method that is answered with an error.
    var refuses: String?

    /// A chain of seven provers with the first job's provers selected in block 2.
    static func atSelection() throws -> SampleAnswers {
        var node = try SampleNode(SampleGenesis.make(provers: 7))
        try node.transfer(from: 0, to: SampleGenesis.user(1).address, value: 5)
        try node.produce(3)
        return SampleAnswers(chain: node)
    }

    /// The validator's stake rises in blocks 1 and 4, so that the sets of blocks 3 and 6 are new ones. Job 1, over
    /// block 1, is selected before the first change, job 2, over block 4, between the two; the head is above both.
    static func acrossSets() throws -> SampleAnswers {
        var node = try SampleNode(
            SampleGenesis.make(provers: 14) { $0.accounts[0].balance = 10_000 * Unit.cairn })
        for _ in 0..<2 {
            let key = SampleGenesis.user(0)
            var arguments = ABIWriter()
            arguments.append(SampleGenesis.proposer)
            let deposit = try key.transaction(
                nonce: node.nonce(of: key.address), to: SystemContract.validators.address,
                value: node.genesis.validating.powerUnit, data: ABI.selector("deposit(address)") + arguments.encoded)
            if let refusal = try node.submit(deposit) { throw refusal }
            try node.produce(3)
        }
        try node.produce(2)
        return SampleAnswers(chain: node, number: 2)
    }

    var genesisText: String { GenesisFile.write(chain.genesis) }
    var job: Job { get throws { try chain.system.jobs[number].orThrow() } }

    func call(method: String, params: JSONValue?, context: RPCContext) async -> Result<JSONValue, RPCError> {
        let first = params?.array?.first
        if method == refuses { return .failure(.server("not known")) }
        guard let answer = try? answer(method, first) else { return .failure(.methodNotFound(method)) }
        return .success(lie(method, first, answer))
    }

    private func answer(_ method: String, _ parameter: JSONValue?) throws -> JSONValue {
        switch method {
        case "cairn_genesis": return try JSONParser.parse(Array(genesisText.utf8))
        case "cairn_selection":
            var system = chain.system
            let job = try job
            let made = system.proof(ofJob: job.number)
            let proof = try made.orThrow()
            let rosters = chain.blocks.flatMap(\.rosters)
            return [
                "number": JSONValue(job.number), "selectedAt": JSONValue(job.selectedAt ?? 0),
                "job": .string(Hex.encode(job.encoded)),
                "roster": rosters.first { $0.job == job.number }.map { .string(Hex.encode($0.bytes)) } ?? .null,
                "proof": [
                    "height": JSONValue(chain.height), "index": JSONValue(proof.index),
                    "count": JSONValue(proof.count), "path": .array(proof.path.map { .string("\($0)") }),
                ],
            ]
        case "debug_getRawHeader":
            let height = try (parameter?.string).flatMap(Hex.parseQuantity).orThrow()
            return .string(Hex.encode(try block(UInt64(height)).block.header.encoded))
        case "cairn_certificate":
            let certificate = try block(try (parameter?.uint64).orThrow()).certificate
            return [
                "height": JSONValue(certificate.height), "round": JSONValue(certificate.round),
                "blockHash": .string("\(certificate.blockHash)"),
                "signatures": .array(certificate.signatures.map { $0.map { .string(Hex.encode($0.bytes)) } ?? .null }),
            ]
        case "cairn_validators":
            let height = try (parameter?.uint64).orThrow()
            return Self.json(try chain.system.validators(at: height).orThrow())
        default: throw Missing()
        }
    }

    static func json(_ set: ValidatorSet) -> JSONValue {
        [
            "validators": .array(
                set.validators.map {
                    [
                        "address": .string("\($0.address)"), "power": JSONValue($0.power),
                        "signingKey": .string(Hex.encode($0.signingKey.compressed)),
                        "vrfKey": .string(Hex.encode($0.vrfKey.compressed)),
                    ]
                })
        ]
    }

    private func block(_ height: UInt64) throws -> CommittedBlock {
        try chain.blocks.first { $0.block.header.height == height }.orThrow()
    }

    struct Missing: Error {}

    /// Runs `cairn` with `arguments` and `--rpc` against this node.
    func run(_ arguments: [String]) async throws -> CommandRun {
        var configuration = JSONRPCServer.Configuration()
        configuration.port = 0
        let server = JSONRPCServer(
            configuration: configuration, handler: self, health: { HealthReport(isHealthy: true, details: [:]) },
            metrics: { "" })
        let running = try await server.start()
        let run = await CommandRun.of(arguments + ["--rpc", "http://127.0.0.1:\(running.port)"])
        await running.shutdown(graceSeconds: 0)
        return run
    }
}

extension Optional {
    func orThrow() throws -> Wrapped {
        guard let self else { throw SampleAnswers.Missing() }
        return self
    }
}
