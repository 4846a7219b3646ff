import ByteCodec
import SystemState

extension JobLifecycle {
    /// Whether a job that is not settled may still cost the prover something, or pay it.
    static func isLiable(_ owner: Address, state: SystemState) -> Bool {
        state.jobs.values.contains { job in
            !job.isClosed && (job.rank(of: owner) != nil || job.inclusions.contains { $0.owner == owner })
        }
    }
}
