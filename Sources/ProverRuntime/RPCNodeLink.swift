package import ByteCodec
package import ChainTypes
package import Circuits
package import JSONRPC
package import SystemState

/// The node over JSON-RPC. Records travel in their own binary encoding, so nothing is lost on the way.
package struct RPCNodeLink: NodeLink {
    private let client: JSONRPCClient

    package init(client: JSONRPCClient) { self.client = client }

    private func call(_ method: String, _ params: JSONValue = []) async throws(NodeLinkError) -> JSONValue {
        do {
            return try await client.call(method, params)
        } catch .rejected(let error) {
            throw .refused(name: error.data?["refusal"]?.string, message: error.message)
        } catch {
            switch error {
            case .invalidResponse, .responseTooLarge, .httpStatus: throw .malformed("\(error)")
            default: throw .unreachable("\(error)")
            }
        }
    }

    private func bytes(_ value: JSONValue?, of what: String) throws(NodeLinkError) -> [UInt8] {
        guard let text = value?.string, let bytes = Hex.decode(text, requirePrefix: true) else {
            throw .malformed("\(what) is not hex")
        }
        return bytes
    }

    package func chain() async throws(NodeLinkError) -> ChainFacts {
        let status = try await call("cairn_status")
        guard
            let chainId = status["chainId"]?.string.flatMap(Hex.parseQuantity).flatMap({ UInt64(exactly: $0) })
                ?? status["chainId"]?.uint64,
            let isDevnet = status["isDevnet"]?.bool, let profile = status["proofProfile"]?.string,
            let program = status["programHash"]?.string
        else { throw .malformed("cairn_status lacks a field") }
        return ChainFacts(chainId: chainId, isDevnet: isDevnet, proofProfile: profile, programHash: program)
    }

    package func openJobs() async throws(NodeLinkError) -> OpenJobs {
        let answer = try await call("cairn_openJobs")
        guard
            let height = answer["height"]?.string.flatMap(Hex.parseQuantity).flatMap({ UInt64(exactly: $0) })
                ?? answer["height"]?.uint64,
            let baseFee = answer["baseFee"]?.string.flatMap(Hex.parseQuantity), let records = answer["jobs"]?.array
        else { throw .malformed("cairn_openJobs lacks a field") }
        var jobs: [Job] = []
        for record in records {
            do {
                jobs.append(try Job(record: try bytes(record, of: "a job")))
            } catch let error as NodeLinkError {
                throw error
            } catch {
                throw .malformed("a job's record: \(error)")
            }
        }
        return OpenJobs(height: height, baseFee: baseFee, jobs: jobs)
    }

    package func jobInput(_ id: Bytes32) async throws(NodeLinkError) -> JobInput {
        let answer = try await call("cairn_jobInput", [.string(Hex.encode(id.bytes))])
        let encoded = try bytes(answer, of: "the job input")
        do {
            return try JobInput(encoded: encoded)
        } catch {
            throw .malformed("the job input: \(error)")
        }
    }

    package func prover(operatedBy key: Address) async throws(NodeLinkError) -> Prover? {
        let answer = try await call("cairn_proverRecord", [.string(Hex.encode(key.bytes))])
        if answer.isNull { return nil }
        let record = try bytes(answer, of: "the prover's record")
        do {
            return try Prover(record: record)
        } catch {
            throw .malformed("the prover's record: \(error)")
        }
    }

    package func payloads(of job: Bytes32) async throws(NodeLinkError) -> [SeenPayload] {
        let answer = try await call("cairn_payloads", [.string(Hex.encode(job.bytes))])
        guard let list = answer.array else { throw .malformed("cairn_payloads is no list") }
        var seen: [SeenPayload] = []
        for entry in list {
            guard let operatorKey = Address(try bytes(entry["operator"], of: "an operator key")),
                let phase = entry["phase"]?.uint64.flatMap(UInt8.init(exactly:)).flatMap(ProvingPhase.init)
            else { throw .malformed("cairn_payloads lacks a field") }
            seen.append(
                SeenPayload(
                    operatorKey: operatorKey, phase: phase, payload: try bytes(entry["payload"], of: "a payload")))
        }
        return seen
    }

    package func send(_ transaction: VerifiedTransaction, payload: [UInt8]) async throws(NodeLinkError) {
        _ = try await call(
            "cairn_sendProvingTransaction",
            [.string(Hex.encode(transaction.encoded)), .string(Hex.encode(payload))])
    }
}
