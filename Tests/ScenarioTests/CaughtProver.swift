import Glibc
import JSONRPC

/// A prover that stands still between T1 and T2: its commitment is on chain, its partial proofs are not finished.
struct CaughtProver: Sendable {
    let number: UInt64
    let jobId: String
    /// Owners of all provers that were selected for the job.
    let selected: [String]
    /// Of the prover's process and key file.
    let index: Int
    let owner: String
}

extension Chain {
    /// Stops (SIGSTOP) one of `provers` in that moment. One that turns out to have been quicker goes on, and another job
    /// is waited for.
    func catchProver(among provers: [RunningProcess]) async throws -> CaughtProver {
        let owners = try owners()
        var missed: Set<UInt64> = []
        return try await eventually("a prover has committed and not yet proven") {
            for job in try await node.jobs() where job["provenAt"]?.count == nil {
                guard let number = job["number"]?.count, !missed.contains(number) else { continue }
                let details = try await node.call("cairn_job", [JSONValue(number)])
                let members = details["provers"]?.array ?? []
                let waiting = members.first { $0["committedAt"]?.count != nil && $0["submittedAt"]?.count == nil }
                guard let id = details["id"]?.string, let owner = waiting?["owner"]?.string,
                    let index = owners.firstIndex(of: owner)
                else { continue }
                provers[index].signal(SIGSTOP)
                guard provers[index].errors.contains("job \(number): proved") else {
                    return CaughtProver(
                        number: number, jobId: id, selected: members.compactMap { $0["owner"]?.string }, index: index,
                        owner: owner)
                }
                provers[index].signal(SIGCONT)
                missed.insert(number)
            }
            return nil
        }
    }

    /// What a job says of one of its provers.
    func standing(of owner: String, in job: String) async throws -> JSONValue? {
        try await node.call("cairn_job", [.string(job)])["provers"]?.array?.first { $0["owner"]?.string == owner }
    }
}
