import ByteCodec
import ChainTypes
import Circuits
import JSONRPC
import Mempool
import Replica
import Storage
import SystemState

extension NodeRPC {
    /// Jobs of one cairn_jobs answer.
    private static let maxJobs: UInt64 = 100
    /// Payload bytes of one cairn_payloads answer, which in hex fit into a response.
    private static let maxPayloadListBytes = 12 << 20

    /// cairn_: jobs and what proves them.
    static let cairnJobs: [String: Method] = [
        "cairn_jobs": { rpc, params, _ in try await rpc.jobs(params[0]) },
        "cairn_job": { rpc, params, _ in
            let job = try await rpc.job(params[0])
            let times = try rpc.times.times(of: job.history.map(\.height), in: rpc.store)
            let siblings = await rpc.siblings(of: job)
            return JobJSON.details(job, siblings: siblings, program: rpc.host.checker.program, times: times)
        },
        "cairn_jobRecord": { rpc, params, _ in .data(try await rpc.job(params[0]).encoded) },
        "cairn_openJobs": { rpc, _, _ in await rpc.openJobs() },
        "cairn_jobInput": { rpc, params, _ in .data(try rpc.input(of: try await rpc.job(params[0]))) },
        "cairn_settlement": { rpc, params, _ in
            let job = try await rpc.job(params[0])
            guard job.isClosed else { throw RPCError.server("job \(job.number) is not settled yet") }
            return .list(job.payments, JobJSON.payment)
        },
        "cairn_selection": { rpc, params, _ in try await rpc.selection(of: try await rpc.job(params[0])) },
        "cairn_proof": { rpc, params, _ in try rpc.proof(of: try await rpc.job(params[0])) },
        "cairn_payloads": { rpc, params, _ in try await rpc.payloads(of: try await rpc.job(params[0])) },
        "cairn_sendProvingTransaction": { rpc, params, _ in
            let transaction = try rpc.decode(try params[0].data(atMost: Limits.maxTransactionBytes))
            let payload = try params[1].data(atMost: Int(Limits.maxPayloadBytes))
            guard transaction.proving != nil else {
                throw RPCError.server("not a proving transaction: use eth_sendRawTransaction")
            }
            return .data(try rpc.admitted(await rpc.host.submit(transaction, payload: payload)))
        },
    ]

    /// The job that an id, or a number in either form, names.
    private func job(_ argument: RPCArgument) async throws -> Job {
        let expectation = "a job id of 32 bytes or a job number"
        let job: Job?
        let name: String
        if let text = argument.value?.string, text.utf8.count == 66 {
            let id = try argument.hash()
            name = "\(id)"
            job = await host.read { replica in replica.ledger.system.job(id: id) }
        } else {
            guard let number = try? argument.count() else { throw argument.expected(expectation) }
            name = "\(number)"
            job = await host.read { replica in replica.ledger.system.jobs[number] }
        }
        guard let job else { throw RPCError.server("unknown job \(name)") }
        return job
    }

    /// The other jobs over the same split block, in the order of their numbers; none for a job over whole blocks.
    private func siblings(of job: Job) async -> [Job] {
        guard job.statement.subBlockCount > 1 else { return [] }
        return await host.read { replica in
            replica.ledger.system.jobs.values.filter { other in
                other.number != job.number && other.statement.subBlockCount > 1
                    && other.statement.firstHeight == job.statement.firstHeight
            }
        }
    }

    private func jobs(_ argument: RPCArgument) async throws -> JSONValue {
        let options = argument.ifPresent
        let limit = try options?.member("limit").ifPresent?.count() ?? 20
        guard limit <= Self.maxJobs else { throw RPCError.invalidParams("limit: expected at most \(Self.maxJobs)") }
        let before = try options?.member("before").ifPresent?.count()
        let jobs = await host.read { replica in
            let all = replica.ledger.system.jobs.values.reversed()
            return Array(all.lazy.filter { before == nil || $0.number < before ?? 0 }.prefix(Int(limit)))
        }
        return .list(jobs, JobJSON.summary)
    }

    private func openJobs() async -> JSONValue {
        await host.read { replica in
            [
                "height": JSONValue(replica.tip.header.height), "blockHash": .data(replica.tip.hash),
                "baseFee": .quantity(replica.nextBaseFee),
                "jobs": .list(replica.ledger.system.jobs.values.filter { !$0.isClosed }) { .data($0.encoded) },
                "minimumTip": "0x0",
            ]
        }
    }

    private func input(of job: Job) throws -> [UInt8] {
        let statement = job.statement
        let found = try store.read { snapshot throws(StorageFault) in
            try snapshot.proofInput(of: job)
        }
        guard !job.isAggregation else {
            throw RPCError.server("job \(job.number) aggregates sub-blocks: it has no input but their proofs")
        }
        guard let found else {
            throw RPCError.server("the blocks of job \(job.number) are proven: its input was dropped")
        }
        return JobInput(
            statement: statement, plan: job.plan, operations: found.operations, witness: found.witness
        ).encoded
    }

    /// Payloads of the job's proving transactions, which are as public as the transactions: those in blocks as long as
    /// they are kept, then those that wait in the pool, up to `maxPayloadListBytes` in all. `phase` is the byte of
    /// `Docs/Spec/ProvingTransactions.md`.
    private func payloads(of job: Job) async throws -> JSONValue {
        func entry(_ operatorKey: Address, _ phase: ProvingPhase, _ payload: [UInt8]) -> JSONValue {
            [
                "operator": .data(operatorKey.bytes), "phase": JSONValue(UInt64(phase.rawValue)),
                "payload": .data(payload),
            ]
        }
        var entries: [JSONValue] = []
        var room = Self.maxPayloadListBytes
        for inclusion in job.inclusions.sorted(by: { ($0.height, $0.phase) < ($1.height, $1.phase) }) {
            let payload = try store.read { snapshot throws(StorageFault) in
                try snapshot.payload(inclusion.payloadDigest)
            }
            guard let payload, payload.count <= room else { continue }
            room -= payload.count
            entries.append(entry(inclusion.operatorKey, inclusion.phase, payload))
        }
        for proof in await host.read({ $0.mempool.pendingProofs }) where proof.proving.jobId == job.id {
            guard proof.payload.count <= room else { continue }
            room -= proof.payload.count
            entries.append(entry(proof.transaction.sender, proof.proving.phase, proof.payload))
        }
        return .array(entries)
    }

    /// The first valid full proof with the submissions that it refers to.
    private func proof(of job: Job) throws -> JSONValue {
        guard let full = job.fullProofs.first else { throw RPCError.server("job \(job.number) is not proven") }
        func part(_ inclusion: Inclusion) throws -> JSONValue {
            let payload = try store.read { snapshot throws(StorageFault) in
                try snapshot.payload(inclusion.payloadDigest)
            }
            guard let payload else { throw RPCError.server("the proof of job \(job.number) was pruned") }
            return [
                "owner": .data(inclusion.owner), "operator": .data(inclusion.operatorKey), "payload": .data(payload),
            ]
        }
        let referenced = job.submissions.filter { full.reused.contains($0.owner) }
        return [
            "job": .data(job.encoded), "fullProof": try part(full.inclusion),
            "submissions": .array(try referenced.map { try part($0.inclusion) }),
        ]
    }
}
