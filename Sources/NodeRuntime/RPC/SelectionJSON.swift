import ByteCodec
import ChainTypes
import JSONRPC
import ProvingRules
import Replica
import Storage
import SystemState

extension NodeRPC {
    /// What shows anyone why a job has the provers it has: the job's record with its way to the system root of the
    /// head, and the registry as the selection found it, whose digest stands in the record. Headers and certificates
    /// are had by `debug_getRawHeader` and `cairn_certificate`.
    func selection(of job: Job) async throws -> JSONValue {
        guard let selectedAt = job.selectedAt else {
            throw RPCError.server("job \(job.number) has no provers yet: it waits for enough to be available")
        }
        let (height, record, proof) = await host.read { replica in
            var system = replica.ledger.system
            return (system.height, system.jobs[job.number]?.encoded, system.proof(ofJob: job.number))
        }
        guard let record, let proof else { throw RPCError.server("unknown job \(job.number)") }
        let roster = try store.read { snapshot throws(StorageFault) in try snapshot.roster(ofJob: job.number) }
        return [
            "number": JSONValue(job.number), "selectedAt": JSONValue(selectedAt), "job": .data(record),
            "roster": .optional(roster) { .data($0) },
            "proof": [
                "height": JSONValue(height), "index": JSONValue(proof.index), "count": JSONValue(proof.count),
                "path": .list(proof.path) { .data($0) },
            ],
        ]
    }
}
