import ByteCodec
package import ChainTypes
package import Consensus
package import Mempool
import SystemState

/// What a node knows when it starts: its last committed block, the state after it, and what it last signed.
package struct RestoredChain: Sendable {
    /// The last committed block.
    package var tip: ChainTip
    /// The state after it.
    package var ledger: Ledger
    /// What was last signed, from the consensus log; nil for a follower and for a new key.
    package var signState: SignState?
    /// The block that the sign state speaks of, when the node itself proposed it.
    package var proposed: ProposedBlock?
    /// The first block that can be sent to a peer: those before a snapshot are not here.
    package var baseHeight: UInt64 = 1
    /// Whether this validator may have signed at later heights than its record says, as when a snapshot was restored
    /// without the record of what was signed before.
    package var mayHaveSigned = false
    package init(tip: ChainTip, ledger: Ledger, signState: SignState?, proposed: ProposedBlock?) {
        self.tip = tip
        self.ledger = ledger
        self.signState = signState
        self.proposed = proposed
    }
}

/// A node's brain as one synchronous value: inputs in, effects out, no clock, no disk, no suspension.
///
/// What it does lies in extensions: `Replica+Consensus` drives the height, `Replica+Peers` hears peers,
/// `Replica+Blocks` fetches and serves blocks, `Replica+Sync` catches up, `Replica+Silence` keeps a validator without a
/// record from signing, `Replica+Transactions` keeps the pool.
package struct Replica: Sendable {
    /// The chain's beginning and its parameters.
    package let genesis: Genesis
    /// EIP-155 chain id.
    package var chainId: UInt64 { genesis.chainId }
    let keys: ValidatorKeys?
    let timeouts: ConsensusTimeouts
    /// Verifies partial proofs, for the rules and for the pool.
    package let checker: ProofChecker
    /// Verifies transactions; the runtime asks it too, ahead and on all cores.
    package let transactions: TransactionChecker
    /// The last committed block.
    package internal(set) var tip: ChainTip
    /// The state after it.
    package internal(set) var ledger: Ledger
    /// What waits for a block.
    package internal(set) var mempool: Mempool

    var core: ConsensusCore
    /// The core of the tip's height until the next one starts: late precommits go into the tip's certificate.
    var decided: ConsensusCore?
    var signState: SignState?
    /// Blocks of the current height that were executed here, by hash.
    var candidates: [Bytes32: ExecutedCandidate] = [:]
    /// Blocks of the current height that are here and were not executed, by hash.
    var unexecuted: [Bytes32: ProposedBlock] = [:]
    /// The first block of the next height, as far as it is known before this height is decided.
    var prepared: BlockDraft?
    /// The block on top of which the next one can be prepared.
    var toPrepare: Bytes32?
    var isHalted = false
    let baseHeight: UInt64
    /// Ticks for which a validator that cannot decide alone still waits to hear where its peers are.
    var ticksToStart: Int?
    /// Ticks since all peers were last told where this node is.
    var ticksSinceStatus = 0
    /// Whether this node may have signed what it has no record of, and when it started (`Replica+Silence`).
    var isSilent: Bool
    var startedAt: UInt64 = 0
    /// Equivocations that no block has shown yet.
    package internal(set) var evidence = EvidencePool()

    var peers = PeerTable()
    var fetch = BlockFetch()
    /// Proposals of this height that are passed on when their blocks are here.
    var held: [HeldProposal] = []
    var sync = BlockSync()
    var recent = RecentBlocks()
    var seen = SeenHashes(capacity: 10_000)

    /// `keys` nil only follows. Nothing happens before the input `start`.
    package init(
        genesis: Genesis, keys: ValidatorKeys?, restored: RestoredChain, checker: ProofChecker,
        timeouts: ConsensusTimeouts = .standard
    ) {
        self.genesis = genesis
        self.keys = keys
        self.timeouts = timeouts
        self.checker = checker
        transactions = TransactionChecker(chainId: genesis.chainId)
        tip = restored.tip
        ledger = restored.ledger
        signState = restored.signState
        baseHeight = restored.baseHeight
        isSilent = restored.mayHaveSigned
        mempool = Mempool(chain: genesis.chain)
        core = ConsensusCore(
            height: restored.tip.header.height + 1, chainId: genesis.chainId,
            validators: restored.ledger.system.nextValidators, own: keys?.address, timeouts: timeouts,
            signState: restored.signState)
        if let proposed = restored.proposed { unexecuted[proposed.block.hash] = proposed }
    }

    var jobFeed: JobFeed { JobFeed(ledger: ledger, program: checker.program) }

    /// Takes one input to its end. Throws only when reading state failed; the node must stop then.
    package mutating func step(_ input: ReplicaInput) throws(StorageFault) -> [ReplicaEffect] {
        guard !isHalted else { return [] }
        var effects: [ReplicaEffect] = []
        switch input {
        case .start(let now):
            startedAt = now
            try start(now: now, &effects)
        case .beginHeight(let height, let now):
            guard height == core.height, !sync.isCatchingUp else { return [] }
            try startHeight(now: now, &effects)
        case .timeout(let kind, let height, let round, let now):
            guard height == core.height else { return [] }
            try drive(.timeout(kind, height: height, round: round), now: now, &effects)
        case .submit(let transaction, let payload):
            submit(transaction, payload: payload, &effects)
        case .relayed(let transactions, let peer):
            relay(transactions, from: peer, &effects)
        case .relayedProof(let transaction, let payload, let peer):
            relay(transaction, payload: payload, from: peer, &effects)
        case .peerUp(let peer, let now):
            try peerUp(peer, now: now, &effects)
        case .peerDown(let peer):
            peerDown(peer)
        case .message(let message, let peer, let now):
            try receive(message, from: peer, now: now, &effects)
        case .tick(let now):
            try tick(now: now, &effects)
        case .proceed(let now):
            try prepareNextBlock()
            try proceed(now: now, &effects)
        }
        return effects
    }
}
