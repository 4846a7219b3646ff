import ArgumentParser
import ByteCodec
import ChainTypes
import Circuits
import CommandShell
import JSONRPC
import ProofField
import STARKCore
import SystemState

struct JobVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Verify a job's full proof again, in this process.",
        discussion: """
            Example: cairn job verify 3
            Reads proof, job and block headers over JSON-RPC, and trusts the node for none of what the proof says: the \
            challenge is derived again, every partial proof is verified, the buses must balance, and the roots must be \
            those of the blocks' headers. The exit status is 1, with the reason, when anything does not hold.
            """)

    @Argument(help: "The job's number or id.")
    var job: String

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let node = try options.node()
        let program = try await Self.program(node)
        let bundle = try await Self.bundle(try JobArgument.parse(job), node)
        let chainId = try await node.call("eth_chainId").count()
        let console = Console.current
        let statement = bundle.job.statement
        guard statement.chainId == chainId else {
            throw CommandFailure("the job is of another chain, \(statement.chainId)")
        }
        try await HeaderCheck(node: node, statement: statement).run()
        let parts = bundle.job.isAggregation ? try await Self.parts(of: bundle, node) : nil
        let start = ContinuousClock.now
        let count: Int
        do {
            let progress = { (instance: Int, count: Int) in
                console.progress("verifying instance \(instance + 1) of \(count)")
            }
            if let parts {
                let check = AggregationCheck(program: program, bundle: bundle, parts: parts)
                count = try check.run(progress: progress)
            } else {
                count = try ProofCheck(program: program, bundle: bundle).run(progress: progress)
            }
        } catch {
            throw CommandFailure("job \(bundle.job.number) is NOT proven: \(error)")
        }
        console.endProgress()
        report(bundle, partials: count, took: ContinuousClock.now - start)
    }

    /// The proofs of the sub-blocks that an aggregate refers to.
    private static func parts(
        of bundle: ProofBundle, _ node: RemoteNode
    ) async throws(CommandFailure) -> [ProofBundle] {
        let references: [Bytes32]
        do { references = try AggregationCheck.references(bundle) } catch {
            throw CommandFailure("job \(bundle.job.number) is NOT proven: \(error)")
        }
        var parts: [ProofBundle] = []
        for id in references { parts.append(try await Self.bundle(.string("\(id)"), node)) }
        return parts
    }

    /// The circuits of this release, which must be those of the chain.
    private static func program(_ node: RemoteNode) async throws -> BlockProgram {
        let status = try await node.call("cairn_status")
        let profile = try status["proofProfile"].text()
        guard let parameters = ProofParameters.named(profile) else {
            throw CommandFailure("the chain's proof profile \(profile) is not known to this release")
        }
        let program = try BlockProgram(parameters: parameters)
        let own = Hex.encode(program.programHash.bytes)
        guard try status["programHash"].text() == own else {
            throw CommandFailure("the chain proves with another program than this release, \(own)")
        }
        return program
    }

    private static func bundle(_ job: JSONValue, _ node: RemoteNode) async throws(CommandFailure) -> ProofBundle {
        let answer = try await node.call("cairn_proof", [job])
        let record: Job
        do { record = try Job(record: try answer["job"].bytes()) } catch {
            throw CommandFailure("the node's answer cannot be read: the job's record: \(error)")
        }
        let full = try part(answer["fullProof"])
        var submissions: [ProofBundle.Part] = []
        for submission in try answer["submissions"].list() { submissions.append(try part(submission)) }
        return ProofBundle(job: record, fullProof: full, submissions: submissions)
    }

    private static func part(_ answer: Answer) throws(CommandFailure) -> ProofBundle.Part {
        ProofBundle.Part(owner: try answer["owner"].address(), payload: try answer["payload"].bytes())
    }

    private func report(_ bundle: ProofBundle, partials: Int, took: Duration) {
        let (job, statement) = (bundle.job, bundle.job.statement)
        let bytes = bundle.fullProof.payload.count + bundle.submissions.reduce(0) { $0 + $1.payload.count }
        let kind = job.fullProofs.first { $0.owner == bundle.fullProof.owner }.map { "\($0.kind)" } ?? ""
        let console = Console.current
        if options.json {
            return console.json([
                "job": JSONValue(job.number), "id": .string("\(job.id)"), "verified": true, "kind": .string(kind),
                "firstHeight": JSONValue(statement.firstHeight), "lastHeight": JSONValue(statement.lastHeight),
                "operations": JSONValue(statement.operationCount), "partialProofs": .integer(Int64(partials)),
                "provers": .integer(Int64(max(bundle.submissions.count, 1))), "bytes": .integer(Int64(bytes)),
                "before": .string(Hex.encode(statement.before.bytes)),
                "after": .string(Hex.encode(statement.after.bytes)), "milliseconds": JSONValue(took.milliseconds),
            ])
        }
        let blocks = Rendering.heights(statement.firstHeight, statement.lastHeight)
        guard !statement.isSubBlock else { return console.line(Self.subBlockText(bundle, kind, partials, bytes, took)) }
        console.line(
            """
            job \(job.number) is proven: a \(kind) proof of \(Rendering.count(partials, "partial proof")), \(bytes) bytes, \
            verified in \(took.milliseconds) ms
            It shows: applying the \(Rendering.count(statement.operationCount, "account operation")) of block \(blocks),
              committed to by \(statement.operationsDigest), to the accounts with root
              \(Hex.encode(statement.before.bytes)) (before block \(statement.firstHeight)) gives root
              \(Hex.encode(statement.after.bytes)) (after block \(statement.lastHeight)).
            Checked: every partial proof, the challenge from the committed roots, the balance of the buses, the plan,
              the payloads' digests, and the roots against the blocks' headers.
            It does not show that the transactions' signatures are valid, nor that the operations follow from the
              transactions: validators check those.
            """)
    }

    /// What the proof of a part of a block shows. Where the part ends inside of the block no header has its root.
    private static func subBlockText(
        _ bundle: ProofBundle, _ kind: String, _ partials: Int, _ bytes: Int, _ took: Duration
    ) -> String {
        let (job, statement) = (bundle.job, bundle.job.statement)
        let first = UInt64(job.firstOperation) + 1
        return """
            job \(job.number) is proven: a \(kind) proof of \(Rendering.count(partials, "partial proof")), \(bytes) bytes, \
            verified in \(took.milliseconds) ms
            It is about sub-block \(statement.subBlock + 1) of \(statement.subBlockCount) of block \
            \(statement.firstHeight), and shows: applying its \(Rendering.count(statement.operationCount, "operation")),
              the block's from operation \(first) on, committed to by \(statement.operationsDigest), to the accounts
              with root \(Hex.encode(statement.before.bytes)) gives root
              \(Hex.encode(statement.after.bytes)).
            Checked: every partial proof, the challenge from the committed roots, the balance of the buses, the plan and
              the payloads' digests. Roots inside of a block stand in no header: that the sub-blocks together are the
              block, verifying the aggregation's job shows.
            """
    }
}
