package import ByteCodec
package import ChainTypes
package import PeerNetwork
package import Replica

/// A node that has nothing yet, and fetches the state after a recent block from its peers.
package actor SnapshotJoin {
    /// What came of it, and the peers that are connected.
    package struct Outcome: Sendable {
        package let snapshot: VerifiedSnapshot
        package let peers: [Address]
    }

    private let transport: PeerTransport
    private let genesis: Genesis
    private let trust: SnapshotTrust
    private let report: @Sendable (SnapshotProgress) -> Void
    private var download: SnapshotDownload
    private var lastReport: UInt64 = 0
    private let outcomes: AsyncStream<VerifiedSnapshot>
    private let continuation: AsyncStream<VerifiedSnapshot>.Continuation

    /// - Parameter report: told at most once a second how far it has come.
    package init(
        transport: PeerTransport, genesis: Genesis, trust: SnapshotTrust,
        report: @escaping @Sendable (SnapshotProgress) -> Void
    ) {
        self.transport = transport
        self.genesis = genesis
        self.trust = trust
        self.report = report
        download = SnapshotDownload(genesis: genesis, trust: trust)
        (outcomes, continuation) = AsyncStream.makeStream()
    }

    /// Why the snapshots that peers offer cannot be used, when that is nobody's fault.
    package var obstacle: SnapshotRejection? { download.manifest == nil ? download.obstacle : nil }

    /// How many peers are connected while none of them has offered a snapshot; nil once one has.
    package var peersWithoutSnapshot: Int? {
        download.manifest == nil && download.obstacle == nil ? download.peers.count : nil
    }

    /// Runs until a snapshot is here and verified; nil when the task is cancelled or the transport stops before.
    package func run() async -> Outcome? {
        let hearing = Task {
            for await event in transport.inbox { await self.take(event) }
            continuation.finish()
        }
        let ticking = Task {
            while true {
                do { try await Task.sleep(for: .milliseconds(250), clock: .continuous) } catch { return }
                self.carryOut(self.download.tick(now: PeerTransport.now))
            }
        }
        var snapshot: VerifiedSnapshot?
        for await verified in outcomes {
            snapshot = verified
            break
        }
        ticking.cancel()
        hearing.cancel()
        // What it was handed last belongs to the download; what comes from here on is left in the inbox.
        await hearing.value
        return snapshot.map { Outcome(snapshot: $0, peers: download.peers) }
    }

    private func take(_ event: PeerEvent) async {
        let now = PeerTransport.now
        switch event {
        case .up(let peer): carryOut(download.peerUp(peer, now: now))
        case .down(let peer, _): carryOut(download.peerDown(peer, now: now))
        // Blocks and votes say nothing to a node without a state.
        case .refused: break
        case .message(.snapshot, let bytes, let peer):
            do throws(SnapshotMessageRejection) {
                carryOut(download.receive(try SnapshotMessage(decoding: bytes), from: peer, now: now))
            } catch {
                carryOut(download.malformed(error, from: peer, now: now))
            }
        case .message: break
        }
    }

    private func carryOut(_ effects: [SnapshotDownload.Effect]) {
        for effect in effects {
            switch effect {
            case .send(let message, let peer): transport.send(message.encoded, on: .snapshot, to: peer)
            case .penalise(let peer, let fault): transport.penalise(peer, fault)
            case .complete: verify()
            }
        }
        let now = PeerTransport.now
        guard let progress = download.progress, now >= lastReport + 1_000 || progress.chunks == progress.ofChunks
        else { return }
        lastReport = now
        report(progress)
    }

    /// Computes every root anew, on another thread.
    private func verify() {
        guard let manifest = download.manifest else { return }
        let (chunks, genesis, trust) = (download.chunks, genesis, trust)
        Task.detached {
            do throws(SnapshotRejection) {
                let snapshot = try VerifiedSnapshot(
                    manifest: manifest, chunks: chunks, genesis: genesis, trust: trust)
                self.continuation.yield(snapshot)
            } catch {
                await self.reject(error)
            }
        }
    }

    private func reject(_ rejection: SnapshotRejection) {
        carryOut(download.rejected(rejection, now: PeerTransport.now))
    }
}
