package import ChainTypes
import Replica

/// One seed: a network with its faults, in which nothing unsafe may happen; then healing, after which every honest
/// node must go on.
package struct ClusterRun {
    /// How long it may take, in milliseconds, until every honest node has decided new heights after healing.
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
        let (start, goal) = (cluster.time, cluster.greatestHeight + plan.newHeights)
        try cluster.run(milliseconds: plan.isOverThird ? 10_000 : Self.patience, untilHeight: goal)
        guard cluster.commonHeight >= goal || plan.isOverThird else {
            throw SimulationFailure(
                .liveness, "heights \(cluster.heights) of \(goal), \(Self.patience / 1_000) s after healing")
        }
        return Outcome(
            height: cluster.greatestHeight, time: cluster.time, recovery: cluster.time - start, marks: cluster.marks,
            traceHash: cluster.traceHash, headers: cluster.referee.disk.blocks.map(\.block.header))
    }
}
