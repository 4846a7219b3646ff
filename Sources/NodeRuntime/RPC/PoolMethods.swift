import ByteCodec
import ChainTypes
import JSONRPC
import Mempool
import Replica

extension NodeRPC {
    /// txpool_: what waits, by sender and nonce; behind a gap in the nonces it is "queued", as geth calls it. Proving
    /// transactions have no nonces: they are counted, and `cairn_openJobs` has what became of them.
    static let pool: [String: Method] = [
        "txpool_status": { rpc, _, _ in
            let (waiting, proofs) = (await rpc.waiting(), await rpc.host.read { $0.mempool.proofCount })
            let queued = waiting.reduce(0) { $0 + $1.queued.count }
            let pending = waiting.reduce(proofs) { $0 + $1.pending.count }
            return ["pending": .quantity(pending), "queued": .quantity(queued)]
        },
        "txpool_content": { rpc, _, _ in
            let waiting = await rpc.waiting()
            return rpc.bySender(waiting, rpc.pendingJSON)
        },
        "txpool_contentFrom": { rpc, params, _ in
            let own = await rpc.waiting(of: try params[0].address()).first
            return [
                "pending": byNonce(own?.pending ?? [], rpc.pendingJSON),
                "queued": byNonce(own?.queued ?? [], rpc.pendingJSON),
            ]
        },
        "txpool_inspect": { rpc, _, _ in
            let waiting = await rpc.waiting()
            return rpc.bySender(waiting) { transaction in
                let (to, value) = (transaction.ordinary?.to.map { "\($0)" }, transaction.ordinary?.value ?? 0)
                let gas = "\(transaction.gasLimit(rpc.genesis.chain.gas)) gas × \(transaction.maxFeePerGas) wei"
                return .string("\(to ?? "contract creation"): \(value) wei + \(gas)")
            }
        },
    ]

    /// Ordinary transactions of one sender that wait, by rising nonce.
    private struct Waiting: Sendable {
        let sender: Address
        let pending: [VerifiedTransaction]
        let queued: [VerifiedTransaction]
    }

    /// All senders, or one.
    private func waiting(of only: Address? = nil) async -> [Waiting] {
        await host.read { replica in
            var senders: [Address: [VerifiedTransaction]] = [:]
            for (transaction, _) in replica.mempool.pending {
                guard transaction.ordinary != nil, only == nil || transaction.sender == only else { continue }
                senders[transaction.sender, default: []].append(transaction)
            }
            return senders.sorted { $0.key < $1.key }.map { sender, own in
                let account = replica.ledger.accounts.account(at: sender)?.account.nonce ?? 0
                let gap = replica.mempool.nextNonce(of: sender, accountNonce: account)
                let sorted = own.sorted { Self.nonce(of: $0) < Self.nonce(of: $1) }
                return Waiting(
                    sender: sender, pending: sorted.filter { Self.nonce(of: $0) < gap },
                    queued: sorted.filter { Self.nonce(of: $0) >= gap })
            }
        }
    }

    private static func nonce(of transaction: VerifiedTransaction) -> UInt64 { transaction.ordinary?.nonce ?? 0 }

    private func pendingJSON(_ transaction: VerifiedTransaction) -> JSONValue {
        EthereumJSON.transaction(transaction, in: nil, hash: nil, index: nil, gas: genesis.chain.gas)
    }

    private func bySender(_ waiting: [Waiting], _ render: (VerifiedTransaction) -> JSONValue) -> JSONValue {
        func list(_ part: (Waiting) -> [VerifiedTransaction]) -> JSONValue {
            .object(
                waiting.filter { !part($0).isEmpty }
                    .map { JSONMember("\($0.sender)", Self.byNonce(part($0), render)) })
        }
        return ["pending": list(\.pending), "queued": list(\.queued)]
    }

    private static func byNonce(
        _ transactions: [VerifiedTransaction], _ render: (VerifiedTransaction) -> JSONValue
    ) -> JSONValue {
        .object(transactions.map { JSONMember("\(nonce(of: $0))", render($0)) })
    }
}
