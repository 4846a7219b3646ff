import ByteCodec
package import ChainTypes
import Cryptography
package import SystemState

/// `eth_call` on the system contracts: reads that change nothing.
package enum ContractViews {
    /// The ABI-encoded answer, or why there is none.
    package static func answer(
        _ data: [UInt8], contract: SystemContract, state: SystemState
    ) -> Result<[UInt8], ContractCallRejection> {
        guard data.count >= 4 else { return .failure(.noSelector) }
        guard let view = views(of: contract).first(where: { data.starts(with: ABI.selector($0.signature)) }) else {
            return .failure(.unknownFunction)
        }
        var reader = ABIReader(data, at: 4)
        var writer = ABIWriter()
        do {
            try view.answer(&reader, state, &writer)
            try reader.expectEnd()
        } catch {
            return .failure(.malformedArguments(error))
        }
        return .success(writer.encoded)
    }

    struct View: Sendable {
        var signature: String
        var answer: @Sendable (inout ABIReader, SystemState, inout ABIWriter) throws(ABIError) -> Void
    }

    private static func views(of contract: SystemContract) -> [View] {
        switch contract {
        case .proverRegistry: registry
        case .claims: claims
        case .provingJobs: jobs
        case .validators: validators
        }
    }

    private static let registry: [View] = [
        View(signature: "prover(address)") { (reader, state, writer) throws(ABIError) in
            write(state.provers[try reader.readAddress()], state: state, to: &writer)
        },
        View(signature: "ownerOf(address)") { (reader, state, writer) throws(ABIError) in
            writer.append(state.operators[try reader.readAddress()] ?? .zero)
        },
        View(signature: "proverCount()") { (_, state, writer) throws(ABIError) in
            writer.append(UInt64(state.provers.count))
        },
        View(signature: "proverAt(uint256)") { (reader, state, writer) throws(ABIError) in
            let index = try reader.readUInt64()
            let owners = state.provers.keys
            writer.append(index < UInt64(owners.count) ? owners[Int(index)] : .zero)
        },
        View(signature: "minimumStake()") { (_, state, writer) throws(ABIError) in
            writer.append(state.parameters.minimumStake)
        },
    ]

    private static let claims: [View] = [
        View(signature: "claimable(address)") { (reader, state, writer) throws(ABIError) in
            writer.append(state.claimable[try reader.readAddress()] ?? 0)
        }
    ]

    private static let jobs: [View] = [
        View(signature: "provenHeight()") { (_, state, writer) throws(ABIError) in writer.append(state.provenHeight) },
        View(signature: "jobCount()") { (_, state, writer) throws(ABIError) in
            writer.append(state.nextJobNumber - 1)
        },
        View(signature: "jobId(uint64)") { (reader, state, writer) throws(ABIError) in
            writer.append(state.jobs[try reader.readUInt64()]?.id ?? .zero)
        },
        View(signature: "jobState(bytes32)") { (reader, state, writer) throws(ABIError) in
            let job = state.job(id: try reader.readBytes32())
            writer.append(job?.number ?? 0)
            writer.append(UInt64(job?.phase.rawValue ?? 0))
            writer.append(job?.statement.firstHeight ?? 0)
            writer.append(job?.statement.lastHeight ?? 0)
            writer.append(UInt64(job?.plan.count ?? 0))
            writer.append(job?.provenAt != nil)
            writer.append(UInt64(job?.statement.subBlock ?? 0))
            writer.append(UInt64(job?.statement.subBlockCount ?? 0))
        },
    ]

    private static func write(_ prover: Prover?, state: SystemState, to writer: inout ABIWriter) {
        let active = prover.map {
            $0.activeFrom <= state.height && !$0.paused && !$0.isLeaving && !$0.isJailed
                && $0.stake >= state.parameters.minimumStake
        }
        writer.append(prover?.operatorKey ?? .zero)
        writer.append(prover?.recipient ?? .zero)
        writer.append(prover?.stake ?? 0)
        writer.append(prover?.pendingStake.reduce(UInt128(0)) { $0 + $1.amount } ?? 0)
        writer.append(prover?.unbonding.reduce(UInt128(0)) { $0 + $1.amount } ?? 0)
        writer.append(prover?.activeFrom ?? 0)
        writer.append(active ?? false)
        writer.append(prover?.paused ?? false)
        writer.append(prover?.isLeaving ?? false)
        writer.append(prover?.isJailed ?? false)
    }
}
