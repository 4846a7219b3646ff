/// A run of a `CoreCluster` in two phases: faults first, in which nothing unsafe may happen; then healing, after which
/// every honest node must go on.
package struct CoreRun {
    private let committee: Committee
    private let byzantine: Int?

    package init(committee: Committee, byzantine: Int?) {
        self.committee = committee
        self.byzantine = byzantine
    }

    /// What was met on the way.
    package func run(seed: UInt64) throws(SimulationFailure) -> Marks {
        var swarm = SimulationRandom(seed: seed &* 97 &+ 5)
        let faults = CoreCluster.Faults(swarm: &swarm)
        var cluster = CoreCluster(committee: committee, byzantine: byzantine, seed: seed, faults: faults)
        try cluster.run(milliseconds: 60_000, untilHeight: 12)
        if swarm.percent(60) { cluster.crashAll() }
        cluster.heal()
        let height = cluster.greatestHeight + 3
        try cluster.run(milliseconds: 240_000, untilHeight: height)
        guard cluster.commonHeight >= height else {
            throw SimulationFailure(.liveness, "height \(cluster.commonHeight) of \(height) after healing")
        }
        return cluster.marks
    }
}
