/// What a seed stands for: the shape of a network and the faults it has to live with. Most seeds have most faults
/// switched off, so that each kind is met alone and with few others (swarm testing: Groce et al., ISSTA 2012).
package struct ClusterPlan: Sendable {
    /// What a validator that does not follow the protocol does.
    package enum Script: String, CaseIterable, Sendable {
        case silent
        case late
        /// Two processes with one key.
        case twin
        /// Proposes blocks that break one rule each, and votes for them.
        case invalidBlocks
        case invalidRounds
        case doubleVotes
        /// Forgets its lock, and all it signed.
        case amnesia
        /// Lies to those who catch up.
        case lyingSync
        case forgedCertificates
        /// Proposes, and keeps its blocks from one peer or from all, and its precommits to itself.
        case withholding
        /// Says each vote to one peer alone, so that it locks for reasons that nobody else sees.
        case whispering
    }

    package enum Partition: String, CaseIterable, Sendable {
        case single, halves, ring, bridge, oneWay, flapping
        /// Nodes are cut off one by one, and come back in another order.
        case swizzle
    }

    /// Powers of the validators.
    package var powers: [UInt64] = [1, 1, 1, 1]
    package var followers = 0
    /// Validators with a script, by index; their power is below a third of the total unless `isOverThird`. Full nodes
    /// come after them.
    package var scripts: [Int: Script] = [:]
    /// The rule that each invalid block breaks; nil for one drawn for each.
    var forgery: Forgery.Rule?
    /// Whoever lies goes on lying after the network has healed.
    package var liesToTheEnd = false

    package var lossPerMille: UInt64 = 0
    package var duplicatesPerMille: UInt64 = 0
    package var replaysPerMille: UInt64 = 0
    /// Milliseconds.
    package var maxDelay: UInt64 = 30
    package var partition: Partition?
    package var hasSlowPeer = false
    /// Bytes a second that pass a narrow place, a link or all links of one node; messages queue before it.
    package var bandwidth: UInt64?
    package var isNarrowNode = false
    /// A peer that is nobody: it sends votes of another chain, forged proofs and claims.
    package var hasOutsider = false

    /// Chance of a crash at each effect, in millionths.
    package var crashesPerMillion: UInt64 = 0
    package var hasPauses = false
    /// Chance at each effect that the disk is full or fails, in millionths.
    package var diskFaultsPerMillion: UInt64 = 0
    /// Milliseconds at most that one node takes to handle anything.
    package var handlingTime: UInt64 = 0
    /// Some writes of one node take seconds.
    package var hasSlowDisk = false
    /// One validator comes back with nothing on its disk, or with an old copy.
    package var losesDisk = false
    package var restoresBackup = false
    /// Records on the disk of one node change, or are read in the place of others.
    package var damagesDisk = false
    /// Where; nil for a place drawn for each time.
    var damage: SimulatedDisk.Place?

    /// Nodes with keys that are no validators at genesis and stake to become some.
    package var joiners = 0
    /// Joiners leave again, and raise their stakes; where nobody is faulty, all validators do.
    package var hasChurn: Bool { joiners > 0 }

    /// Milliseconds by which clocks are off, and whether they run at other speeds and are set.
    package var skew: Int64 = 0
    package var hasDrift = false
    package var hasJumps = false
    /// The clock of one node stands still.
    package var hasStoppedClock = false

    package var transactionsPerSecond: UInt64 = 1
    /// Length of the phase with faults, in milliseconds.
    package var faultyTime: UInt64 = 20_000
    /// Heights that every honest node must decide after healing.
    package var newHeights: UInt64 = 3

    /// Liars hold more than a third of the power, and less than two thirds: nodes may disagree, and may stand still,
    /// but a fork convicts a third of the power and nobody honest.
    package var isOverThird = false
    /// Peers of each node; nil when all are linked with all.
    package var degree: Int?

    package init() {}

    /// The plan of a seed.
    package init(seed: UInt64) {
        var random = SimulationRandom(seed: seed ^ 0x5bd1_e995_7b7c_11a3)
        powers = Self.shape(&random)
        followers = random.percent(25) ? 1 + random.index(2) : 0
        faultyTime = 10_000 + random.below(25_000)
        transactionsPerSecond = random.below(4)
        if random.percent(20) { joiners = 1 + random.index(2) }
        if random.percent(4) { return }
        drawNetwork(&random)
        drawNodes(&random)
        if random.percent(3), powers.count >= 4 { drawLiars(&random) } else { drawFaultyValidators(&random) }
        for index in 0..<followers where random.percent(20) && index + powers.count != unlucky {
            scripts[powers.count + index] = random.pick([.lyingSync, .lyingSync, .withholding, .late])
        }
        if random.percent(1) { drawCrowd(&random) }
    }

    private static func shape(_ random: inout SimulationRandom) -> [UInt64] {
        switch random.index(100) {
        case 0..<8: [1]
        case 8..<14: [1, 1]
        case 14..<64: [1, 1, 1, 1]
        case 64..<72: [3, 3, 2, 2]
        case 72..<86: [5, 4, 3, 3, 1]
        case 86..<97: [2, 1, 1, 1, 1, 2, 2]
        default: Array(repeating: 1, count: 10)
        }
    }

    private mutating func drawNetwork(_ random: inout SimulationRandom) {
        if random.percent(40) { lossPerMille = 1 + random.below(300) }
        if random.percent(30) { duplicatesPerMille = 1 + random.below(500) }
        if random.percent(30) { replaysPerMille = 1 + random.below(200) }
        if random.percent(40) { maxDelay = 30 + random.below(random.percent(30) ? 5_000 : 800) }
        if random.percent(40) { partition = random.pick(Partition.allCases) }
        hasSlowPeer = random.percent(15)
        if random.percent(12) { (bandwidth, isNarrowNode) = (500 + random.below(20_000), random.percent(50)) }
        hasOutsider = random.percent(25)
    }

    private mutating func drawNodes(_ random: inout SimulationRandom) {
        if random.percent(45) { crashesPerMillion = 100 + random.below(6_000) }
        hasPauses = random.percent(15)
        if random.percent(15) { diskFaultsPerMillion = 50 + random.below(1_500) }
        hasSlowDisk = random.percent(10)
        if random.percent(12) { handlingTime = 10 + random.below(70) }
        if random.percent(30) { skew = Int64(random.below(40_000)) }
        hasDrift = random.percent(15)
        hasJumps = random.percent(15)
        hasStoppedClock = random.percent(8)
    }

    /// Faulty validators of all kinds together hold less than a third.
    private mutating func drawFaultyValidators(_ random: inout SimulationRandom) {
        let total = powers.reduce(0, +)
        var left = (total - 1) / 3
        liesToTheEnd = random.percent(50)
        for index in powers.indices.shuffled(using: &random) where powers[index] <= left && random.percent(60) {
            left -= powers[index]
            switch random.index(10) {
            case 0: losesDisk = true
            case 1: restoresBackup = true
            case 2: damagesDisk = true
            default: scripts[index] = random.pick(Script.allCases)
            }
            if losesDisk || restoresBackup || damagesDisk {
                unlucky = index
                return
            }
        }
        if followers > 0, unlucky == nil, random.percent(40) { (damagesDisk, unlucky) = (true, powers.count) }
    }

    /// Liars with more than a third of the power and less than two thirds, most of them in two places at once.
    private mutating func drawLiars(_ random: inout SimulationRandom) {
        let total = powers.reduce(0, +)
        (isOverThird, joiners, partition) = (true, 0, .halves)
        var theirs: UInt64 = 0
        for index in powers.indices.shuffled(using: &random)
        where 3 * theirs <= total && 3 * (theirs + powers[index]) < 2 * total {
            theirs += powers[index]
            scripts[index] = random.percent(70) ? .twin : random.pick([.doubleVotes, .amnesia, .whispering])
        }
    }

    /// Many validators, each with a few peers. Their run is short: they say much.
    private mutating func drawCrowd(_ random: inout SimulationRandom) {
        let plan = self
        self = ClusterPlan()
        // Messages grow with the square: more often fewer.
        let count = 100 + min(random.index(76), random.index(76))
        powers = (0..<count).map { _ in 1 + random.below(3) }
        (lossPerMille, maxDelay) = (plan.lossPerMille / 10, min(plan.maxDelay, 200))
        (hasPauses, hasJumps, skew) = (plan.hasPauses, plan.hasJumps, plan.skew)
        crashesPerMillion = plan.crashesPerMillion / 100
        var left = (powers.reduce(0, +) - 1) / 3
        for index in powers.indices where random.percent(15) && powers[index] <= left {
            left -= powers[index]
            scripts[index] = random.pick([.silent, .doubleVotes, .doubleVotes])
        }
        (transactionsPerSecond, faultyTime, degree) = (1, 2_500, 6)
        newHeights = 1
    }

    /// The machine whose disk is lost, restored or damaged.
    package var unlucky: Int?

    /// Whoever leaves makes the faulty ones weigh more: with some about, the validators of the genesis stay.
    var mayAllLeave: Bool { scripts.keys.allSatisfy { $0 >= powers.count } && unlucky == nil }

    /// Whether two nodes know of each other: all do, or each knows those at a few distances around a ring.
    func areNeighbours(_ one: Int, _ other: Int, of count: Int) -> Bool {
        guard let degree else { return one != other }
        let distance = min(abs(one - other), count - abs(one - other))
        var (step, next) = (1, 13)
        for _ in 0..<(degree / 2) {
            if distance == step { return true }
            (step, next) = (next, next * 2 + 3)
        }
        return false
    }

    /// No fault of any kind: every height must be decided in round 0.
    package var isCalm: Bool {
        scripts.isEmpty && lossPerMille == 0 && duplicatesPerMille == 0 && replaysPerMille == 0 && maxDelay <= 30
            && partition == nil && !hasSlowPeer && bandwidth == nil && handlingTime == 0 && !hasOutsider
            && !damagesDisk
            && crashesPerMillion == 0 && !hasPauses && diskFaultsPerMillion == 0 && !losesDisk && !restoresBackup
            && !hasSlowDisk && skew == 0 && !hasDrift && !hasJumps && !hasStoppedClock
    }
}
