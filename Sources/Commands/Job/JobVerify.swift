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
        let start = ContinuousClock.now
        let count: Int
        do {
            count = try ProofCheck(program: program, bundle: bundle).run { instance, count in
                console.progress("verifying instance \(instance + 1) of \(count)")
            }
        } catch {
            throw CommandFailure("job \(bundle.job.number) is NOT proven: \(error)")
        }
        console.endProgress()
        report(bundle, partials: count, took: ContinuousClock.now - start)
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
}

/// Compares a statement with the headers of the blocks that it speaks of.
struct HeaderCheck {
    let node: RemoteNode
    let statement: JobStatement

    func run() async throws(CommandFailure) {
        guard statement.firstHeight > 0, statement.firstHeight <= statement.lastHeight else {
            throw CommandFailure("the job is about no blocks")
        }
        let before = try await header(statement.firstHeight - 1)
        let last = try await header(statement.lastHeight)
        guard last.hash == statement.lastBlockHash else {
            throw CommandFailure("lastBlockMismatch: block \(statement.lastHeight) is \(last.hash)")
        }
        // The proof of a whole run of blocks; parts of a block end inside of it.
        guard statement.subBlockCount <= 1 else {
            throw CommandFailure("this release does not verify parts of blocks")
        }
        guard before.accountsRoot == statement.before else {
            throw CommandFailure("beforeRootMismatch: block \(statement.firstHeight - 1) has another accounts root")
        }
        guard last.accountsRoot == statement.after else {
            throw CommandFailure("afterRootMismatch: block \(statement.lastHeight) has another accounts root")
        }
        guard statement.firstHeight < statement.lastHeight || last.operationsDigest == statement.operationsDigest else {
            throw CommandFailure("operationsMismatch: block \(statement.lastHeight) commits to other operations")
        }
    }

    /// The header in its own encoding, whose hash must be the one that the chain names.
    private func header(_ height: UInt64) async throws(CommandFailure) -> BlockHeader {
        let number = JSONValue.string(Hex.quantity(height))
        let raw = try await node.call("debug_getRawHeader", [number]).bytes()
        let block = try await node.call("eth_getHeaderByNumber", [number])
        let header: BlockHeader
        do { header = try BlockHeader(decoding: raw) } catch {
            throw CommandFailure("the node's answer cannot be read: header of block \(height): \(error)")
        }
        guard header.height == height, header.hash == (try block["hash"].hash()) else {
            throw CommandFailure("headerMismatch: the header of block \(height) does not have its hash")
        }
        return header
    }
}
