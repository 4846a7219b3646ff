package import ByteCodec
import ChainTypes
package import PeerNetwork
package import Replica

/// A node's peers: what its brain says goes out, what they say comes in.
package struct NodePeers: PeerOutlet {
    package let transport: PeerTransport

    package init(transport: PeerTransport) { self.transport = transport }

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

    /// Hands the peers' messages to a node until the transport stops. Signatures of transactions are checked beside
    /// the way that consensus takes.
    package func run(_ host: NodeHost) async {
        let transactions = RelayLine<RelayedTransactions>(capacity: 256)
        let proofs = RelayLine<RelayedProof>(capacity: 64)
        await withTaskGroup { group in
            group.addTask {
                for await batch in transactions.stream { await self.relay(batch, host) }
            }
            group.addTask {
                for await proof in proofs.stream { await self.relay(proof, host) }
            }
            for await event in transport.inbox {
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
            let message: PeerMessage
            do throws(PeerMessageRejection) {
                message = try PeerMessage(decoding: bytes)
            } catch {
                return penalise(peer, .malformed(error))
            }
            // Urgency is what a message's kind says, and not what its sender claims.
            guard message.channel == channel else {
                return transport.penalise(peer, points: 100, reason: "\(message.kind) in the line of \(channel)")
            }
            switch message {
            case .transactions(let list): transactions.offer(RelayedTransactions(list: list, peer: peer))
            case .proof(let bytes, let payload):
                proofs.offer(RelayedProof(transaction: bytes, payload: payload, peer: peer))
            case .block(let proposed):
                // Found in the checker's memory when the block is validated.
                _ = await SignatureRecovery.verify(proposed.block.transactions, with: host.transactionChecker)
                await host.receive(message, from: peer)
            default: await host.receive(message, from: peer)
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
