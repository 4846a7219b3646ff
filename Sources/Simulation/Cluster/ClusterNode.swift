import ByteCodec
import ChainTypes
import Consensus
import Replica

/// One process of a cluster and what belongs to its machine.
struct ClusterNode: Sendable {
    let index: Int
    /// The validator whose keys it has, whether in the set or not; nil for a full node.
    let validator: Int?
    let address: Address
    /// Whether the laws of honest nodes hold for it.
    var isHonest: Bool
    var script: ClusterPlan.Script?
    var keys: ValidatorKeys?

    var disk: SimulatedDisk
    /// A copy of the disk from an earlier time.
    var backup: SimulatedDisk?
    var clock = SimulatedClock()
    /// nil while the process is down.
    var replica: Replica?
    /// Whether there is one: asked for every message.
    var isUp = false
    /// Starts so far; what was scheduled in one life does not reach into the next.
    var life = 0
    /// It stands still, as if stopped by a signal, until then.
    var pausedUntil: UInt64 = 0
    /// It does not come back before the faults are over.
    var isDead = false
    /// Something on its disk is not what it wrote: what it serves may be wrong.
    var isDamaged = false
    var scores: [Address: Int] = [:]
    /// Everything it has signed and put on its disk, over all lives.
    var persisted: Set<ConsensusMessage> = []
    /// Blocks that its script made up, for those who ask.
    var forged: [Bytes32: ProposedBlock] = [:]
    /// The forged block that stands in for an honest one, by the hash of the honest one.
    var substitutes: [Bytes32: Bytes32] = [:]
    /// Blocks that it has come to hold in this life, by hash.
    var holds: Set<Bytes32> = []

    var height: UInt64 { disk.height }
}
