package import ByteCodec
package import ChainTypes
package import Circuits
package import SystemState

/// What the sidecar asks a node for. Everything it does follows from these answers.
package protocol NodeLink: Sendable {
    func chain() async throws(NodeLinkError) -> ChainFacts
    func openJobs() async throws(NodeLinkError) -> OpenJobs
    func jobInput(_ id: Bytes32) async throws(NodeLinkError) -> JobInput
    func prover(operatedBy key: Address) async throws(NodeLinkError) -> Prover?
    /// Payloads that anyone has sent for the job and that the node still has: those in blocks, then those pending.
    func payloads(of job: Bytes32) async throws(NodeLinkError) -> [SeenPayload]
    func send(_ transaction: VerifiedTransaction, payload: [UInt8]) async throws(NodeLinkError)
}

/// What does not change while a chain lives.
package struct ChainFacts: Hashable, Sendable {
    package var chainId: UInt64
    package var isDevnet: Bool
    package var proofProfile: String
    package var programHash: String
    package init(chainId: UInt64, isDevnet: Bool, proofProfile: String, programHash: String) {
        self.chainId = chainId
        self.isDevnet = isDevnet
        self.proofProfile = proofProfile
        self.programHash = programHash
    }
}

/// All jobs that are not closed, as of one height.
package struct OpenJobs: Hashable, Sendable {
    package var height: UInt64
    package var baseFee: UInt128
    package var jobs: [Job]
    package init(height: UInt64, baseFee: UInt128, jobs: [Job]) {
        self.height = height
        self.baseFee = baseFee
        self.jobs = jobs
    }
}

package enum NodeLinkError: Error, Hashable, Sendable, CustomStringConvertible {
    case unreachable(String)
    /// The node understood and said no. `name` is the refusal's name, when it has one.
    case refused(name: String?, message: String)
    case malformed(String)

    package var description: String {
        switch self {
        case .unreachable(let text): text
        case .refused(_, let message): message
        case .malformed(let text): "the node's answer cannot be read: \(text)"
        }
    }
}
