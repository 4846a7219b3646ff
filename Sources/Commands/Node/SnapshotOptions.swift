import ArgumentParser
import ByteCodec
import ChainTypes
import CommandShell
import FoundationEssentials
import Logging
import NodeRuntime
import PeerNetwork
import Replica

/// Snapshots that a node takes from others, and makes for them.
struct SnapshotOptions: ParsableArguments {
    @Flag(
        help: """
            When the data directory has no chain yet, fetch the state after a recent block from the peers, and only the \
            blocks after it; every root is computed anew.
            """)
    var joinBySnapshot = false

    @Option(
        help: """
            With --join-by-snapshot: the hash of the snapshot's block, from a source that you trust. Without it the \
            validators of the genesis must still be those that certify blocks.
            """)
    var trustedHash: String?

    @Option(help: "Keep a snapshot for others after each block whose height is a multiple of this; 0 for none.")
    var snapshotInterval = SnapshotShelf.defaultInterval

    @Flag(
        help: """
            In a directory that began with a snapshot and has no record of what this validator signed: it has signed \
            nothing elsewhere, so let it sign at once. Whoever is wrong about this can be slashed.
            """)
    var noLostSignatures = false

    func check(_ peering: PeerOptions) throws(CommandFailure) {
        _ = try SnapshotCommand.trust(trustedHash)
        guard joinBySnapshot || trustedHash == nil else {
            throw .usage("--trusted-hash is for --join-by-snapshot")
        }
        guard !joinBySnapshot || peering.isNetworked else {
            throw .usage("--join-by-snapshot needs a --peer to fetch from")
        }
    }

    /// Fetches and begins the chain when that is wanted and there is none. Returns the peers that are connected; nil when
    /// the node was asked to end before it was done.
    func join(
        _ genesis: Genesis, dataDir: String, transport: PeerTransport?, withParent: Bool, _ log: Logger
    ) async throws(CommandFailure) -> [Address]? {
        guard joinBySnapshot, let transport else { return [] }
        guard !FileManager.default.fileExists(atPath: dataDir + "/chain") else {
            log.info("there is a chain already: no snapshot is fetched")
            return []
        }
        log.info("asking peers for a snapshot")
        let started = ContinuousClock.now
        let join = SnapshotJoin(
            transport: transport, genesis: genesis, trust: try SnapshotCommand.trust(trustedHash)
        ) { progress in
            let seconds = max(0.001, (ContinuousClock.now - started) / .seconds(1))
            log.info(
                """
                snapshot of block \(progress.height): chunk \(progress.chunks) of \(progress.ofChunks), \
                \(progress.bytes) of \(progress.ofBytes) bytes from \(progress.sources) peers, \
                \(Int(Double(progress.bytes) / seconds / 1_024)) KiB/s
                """)
        }
        let outcome = await withTaskGroup(of: SnapshotJoin.Outcome?.self) { group in
            group.addTask { await join.run() }
            group.addTask {
                let reason = await Signals.firstTermination(withParent: withParent)
                if let reason { log.info("ending: \(reason)") }
                return nil
            }
            group.addTask {
                await Self.tellObstacles(of: join, log)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        guard let outcome else { return nil }
        try SnapshotCommand.begin(dataDir, with: outcome.snapshot, genesis: genesis)
        let header = outcome.snapshot.manifest.header
        log.info("joined at block \(header.height) \(header.hash)")
        return outcome.peers
    }

    /// Says every ten seconds what is waited for, or why what peers offer cannot be used, until it is cancelled.
    private static func tellObstacles(of join: SnapshotJoin, _ log: Logger) async {
        while true {
            do { try await Task.sleep(for: .seconds(10), clock: .continuous) } catch { return }
            if let peers = await join.peersWithoutSnapshot {
                log.warning(
                    """
                    none of \(Rendering.count(peers, "peer")) offers a snapshot: nodes keep one after each block whose \
                    height is a multiple of their --snapshot-interval (\(SnapshotShelf.defaultInterval) when not given); \
                    without --join-by-snapshot every block is fetched
                    """)
            }
            guard let obstacle = await join.obstacle else { continue }
            log.warning("a peer's snapshot cannot be used: \(SnapshotCommand.explain(obstacle))")
        }
    }
}
