package import ByteCodec
import ChainTypes
package import PeerNetwork
package import Replica

/// Recovers the senders of a block's transactions into the checker's memory, where they are found when it is validated.
package typealias SenderRecovery = @Sendable ([[UInt8]], TransactionChecker) async -> Void

/// A node's peers: what its brain says goes out, what they say comes in.
package struct NodePeers: PeerOutlet {
    package let transport: PeerTransport
    private let shelf: SnapshotShelf?
    private let known: [Address]
    private let recovery: SenderRecovery

    /// - Parameters:
    ///   - shelf: the snapshots to serve; nil serves none.
    ///   - known: peers that were up before anybody listened for this node's brain.
    package init(
        transport: PeerTransport, shelf: SnapshotShelf? = nil, known: [Address] = [],
        recovery: @escaping SenderRecovery = { _ = await SignatureRecovery.verify($0, with: $1) }
    ) {
        self.transport = transport
        self.shelf = shelf
        self.known = known
        self.recovery = recovery
    }

    // MARK: - Out

    package func broadcast(_ message: PeerMessage, except: Address?) {
        transport.broadcast(message.encoded, on: message.channel, except: except)
    }

    package func send(_ message: PeerMessage, to peer: Address) {
        transport.send(message.encoded, on: message.channel, to: peer)
    }

    package func penalise(_ peer: Address, _ fault: PeerFault) {
        transport.penalise(peer, points: fault.weight, reason: "\(fault)")
    }

    // MARK: - In

    /// Hands the peers' messages to a node until the transport stops.
    ///
    /// What takes long has a line of its own: while the senders of a block are recovered, votes pass it. Order is kept
    /// within a line. Across them it does not matter: a block or an answer is asked for before it comes.
    package func run(_ host: NodeHost) async {
        let transactions = RelayLine<RelayedTransactions>(capacity: 256)
        let proofs = RelayLine<RelayedProof>(capacity: 64)
        for peer in known { await host.peerUp(peer) }
        await withTaskGroup { group in
            group.addTask {
                for await batch in transactions.stream { await self.relay(batch, host) }
            }
            group.addTask {
                for await proof in proofs.stream { await self.relay(proof, host) }
            }
            for channel in [PeerChannel.block, .sync] {
                group.addTask {
                    for await event in transport.inbox.messages(on: [channel]) { await self.takeBlocks(event, host) }
                }
            }
            group.addTask { await self.serveSnapshots() }
            for await event in transport.inbox.events(besides: [.block, .sync, .snapshot]) {
                await take(event, host, transactions, proofs)
            }
            transactions.finish()
            proofs.finish()
        }
    }

    private func take(
        _ event: PeerEvent, _ host: NodeHost, _ transactions: RelayLine<RelayedTransactions>,
        _ proofs: RelayLine<RelayedProof>
    ) async {
        switch event {
        case .up(let peer): await host.peerUp(peer)
        case .down(let peer, _): await host.peerDown(peer)
        case .refused: break
        case .message(let channel, let bytes, let peer):
            guard let message = decode(bytes, channel, peer) else { return }
            switch message {
            case .transactions(let list): transactions.offer(RelayedTransactions(list: list, peer: peer))
            case .proof(let bytes, let payload):
                proofs.offer(RelayedProof(transaction: bytes, payload: payload, peer: peer))
            default: await host.receive(message, from: peer)
            }
        }
    }

    private func takeBlocks(_ event: PeerEvent, _ host: NodeHost) async {
        guard case .message(let channel, let bytes, let peer) = event, let message = decode(bytes, channel, peer)
        else { return }
        // Of an answer the host recovers the later blocks itself, while it executes those before them.
        let transactions =
            switch message {
            case .block(let proposed): proposed.block.transactions
            case .blocks(let blocks): blocks.first?.block.transactions ?? []
            default: [[UInt8]]()
            }
        if !transactions.isEmpty, await host.awaits(message, from: peer) {
            await recovery(transactions, host.transactionChecker)
        }
        await host.receive(message, from: peer)
    }

    private func decode(_ bytes: [UInt8], _ channel: PeerChannel, _ peer: Address) -> PeerMessage? {
        let message: PeerMessage
        do throws(PeerMessageRejection) {
            message = try PeerMessage(decoding: bytes)
        } catch {
            penalise(peer, .malformed(error))
            return nil
        }
        // Urgency is what a message's kind says, and not what its sender claims.
        guard message.channel == channel else {
            transport.penalise(peer, points: 100, reason: "\(message.kind) in the line of \(channel)")
            return nil
        }
        return message
    }

    // MARK: - Snapshots

    /// Questions for snapshots that one peer may put in a second: more full chunks than its own transport would read.
    private static let snapshotRate = 512

    private func serveSnapshots() async {
        var rates: [Address: RateMeter] = [:]
        for await event in transport.inbox.messages(on: [.snapshot]) {
            guard case .message(_, let bytes, let peer) = event else { continue }
            let now = PeerTransport.now
            // Whoever left is forgotten, sooner or later.
            if rates.count > 256 { rates = [:] }
            let wait = rates[
                peer, default: RateMeter(perSecond: Self.snapshotRate, burstSeconds: 2, now: now)
            ].take(1, now: now)
            guard wait == 0 else {
                transport.penalise(peer, .tooManyRequests)
                continue
            }
            do throws(SnapshotMessageRejection) {
                let question = try SnapshotMessage(decoding: bytes)
                if let answer = shelf?.answer(question) ?? question.refusal {
                    transport.send(answer.encoded, on: .snapshot, to: peer)
                } else {
                    transport.penalise(peer, .unrequested)
                }
            } catch {
                transport.penalise(peer, .malformed(error))
            }
        }
    }

    private func relay(_ batch: RelayedTransactions, _ host: NodeHost) async {
        var verified: [VerifiedTransaction] = []
        for result in await SignatureRecovery.verify(batch.list, with: host.transactionChecker) {
            switch result {
            case .success(let transaction): verified.append(transaction)
            case .failure(let rejection): return penalise(batch.peer, .invalidTransaction(rejection))
            }
        }
        await host.relay(verified, from: batch.peer)
    }

    private func relay(_ proof: RelayedProof, _ host: NodeHost) async {
        do throws(TransactionRejection) {
            let transaction = try host.transactionChecker.verified(proof.transaction)
            await host.relay(transaction, payload: proof.payload, from: proof.peer)
        } catch {
            penalise(proof.peer, .invalidTransaction(error))
        }
    }
}

private struct RelayedTransactions: Sendable {
    let list: [[UInt8]]
    let peer: Address
}

private struct RelayedProof: Sendable {
    let transaction: [UInt8]
    let payload: [UInt8]
    let peer: Address
}

/// Work that waits for its turn, up to a number; what comes when it is full is dropped, since others relay it too.
private struct RelayLine<Element: Sendable>: Sendable {
    let stream: AsyncStream<Element>
    private let continuation: AsyncStream<Element>.Continuation

    init(capacity: Int) {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(capacity))
    }

    func offer(_ element: Element) { continuation.yield(element) }
    func finish() { continuation.finish() }
}

extension PeerTransport {
    func penalise(_ peer: Address, _ fault: SnapshotFault) {
        penalise(peer, points: fault.weight, reason: "\(fault)")
    }
}

extension PeerMessage {
    /// The line in which a message travels.
    var channel: PeerChannel {
        switch self {
        case .status, .consensus, .blockRequest: .consensus
        case .block: .block
        case .proof: .proof
        case .transactions: .transaction
        case .blocksRequest, .blocks: .sync
        }
    }
}
