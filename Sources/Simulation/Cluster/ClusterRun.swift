package import ChainTypes
import Replica

/// One seed: a network with its faults, in which nothing unsafe may happen; then healing, after which every honest
/// node must go on.
package struct ClusterRun {
    /// Heights that every honest node must decide after healing, and how long it may take, in milliseconds.
    package static let newHeights: UInt64 = 3
    package static let patience: UInt64 = 300_000

    package let seed: UInt64
    package let plan: ClusterPlan

    /// What came of a seed.
    package struct Outcome: Sendable {
        package var height: UInt64
        /// Milliseconds of the cluster's clock.
        package var time: UInt64
        /// Milliseconds from healing until the last honest node was done.
        package var recovery: UInt64
        package var marks: Marks
        package var traceHash: UInt64
        /// The chain that the referee followed and executed, from block 1 on.
        package var headers: [BlockHeader]
    }

    package init(seed: UInt64) {
        self.seed = seed
        plan = ClusterPlan(seed: seed)
    }

    package init(seed: UInt64, plan: ClusterPlan) {
        self.seed = seed
        self.plan = plan
    }

    package func run(listener: (@Sendable (String) -> Void)? = nil) throws -> Outcome {
        var cluster = try Cluster(plan: plan, seed: seed, trace: Trace(listener: listener))
        try cluster.run(milliseconds: plan.faultyTime)
        cluster.heal()
        let (start, goal) = (cluster.time, cluster.greatestHeight + Self.newHeights)
        try cluster.run(milliseconds: Self.patience, untilHeight: goal)
        guard cluster.commonHeight >= goal else {
            throw SimulationFailure(
                .liveness, "heights \(cluster.heights) of \(goal), \(Self.patience / 1_000) s after healing")
        }
        return Outcome(
            height: cluster.greatestHeight, time: cluster.time, recovery: cluster.time - start, marks: cluster.marks,
            traceHash: cluster.traceHash, headers: cluster.referee.disk.blocks.map(\.block.header))
    }
}
