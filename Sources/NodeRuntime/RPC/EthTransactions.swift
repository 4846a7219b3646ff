import ByteCodec
import ChainTypes
import JSONRPC
import Mempool
import Replica
import Storage

extension NodeRPC {
    /// eth_: transactions and receipts.
    static let ethereumTransactions: [String: Method] = [
        "eth_sendRawTransaction": { rpc, params, _ in
            .data(try await rpc.send(try rpc.decode(try params[0].data(atMost: 2 * Limits.maxTransactionBytes))))
        },
        "eth_sendRawTransactionSync": { rpc, params, _ in try await rpc.sendAndWait(params) },
        "eth_getTransactionByHash": { rpc, params, _ in
            let hash = try params[0].hash()
            if let found = try rpc.committed(hash) {
                guard let transaction = found.transaction else { return .null }
                return rpc.json(transaction, found.report, found.index)
            }
            guard let pending = await rpc.pendingTransaction(hash) else { return .null }
            return EthereumJSON.transaction(pending, in: nil, hash: nil, index: nil, gas: rpc.genesis.chain.gas)
        },
        "eth_getRawTransactionByHash": { rpc, params, _ in
            try await rpc.rawTransaction(try params[0].hash())
        },
        "debug_getRawTransaction": { rpc, params, _ in try await rpc.rawTransaction(try params[0].hash()) },
        "eth_getTransactionReceipt": { rpc, params, _ in
            try rpc.receipt(of: try params[0].hash()) ?? .null
        },
        "eth_getTransactionByBlockNumberAndIndex": { rpc, params, _ in
            try rpc.transaction(in: try params[0].block(), try params[1].quantity())
        },
        "eth_getTransactionByBlockHashAndIndex": { rpc, params, _ in
            try rpc.transaction(
                in: .hash(try params[0].hash(), requireCanonical: false), try params[1].quantity())
        },
        "eth_sendTransaction": { _, _, _ in throw RPCError.server("unknown account") },
        "eth_sign": { _, _, _ in throw RPCError.server("unknown account") },
    ]

    private func rawTransaction(_ hash: Bytes32) async throws -> JSONValue {
        if let found = try committed(hash) { return found.transaction.map { .data($0.encoded) } ?? .null }
        return await pendingTransaction(hash).map { .data($0.encoded) } ?? .null
    }

    /// The receipt of a transaction in a block; nil when it is in none.
    func receipt(of hash: Bytes32) throws(StorageFault) -> JSONValue? {
        guard let found = try committed(hash) else { return nil }
        return try EthereumJSON.receipt(found.index, of: found.report, chainId: chainId)
    }

    /// Offers an ordinary transaction to the pool.
    func send(_ transaction: VerifiedTransaction) async throws -> Bytes32 {
        guard transaction.proving == nil else {
            throw RPCError.server("a proving transaction comes with its payload: use cairn_sendProvingTransaction")
        }
        return try admitted(await host.submit(transaction, payload: nil))
    }

    func decode(_ bytes: [UInt8]) throws(RPCError) -> VerifiedTransaction {
        do {
            return try VerifiedTransaction(decoding: bytes, chainId: chainId)
        } catch {
            throw .server(error.message)
        }
    }

    /// The hash of an admitted transaction, or the error with go-ethereum's text.
    func admitted(_ result: Result<Bytes32, SubmissionRefusal>) throws(RPCError) -> Bytes32 {
        switch result {
        case .success(let hash): return hash
        case .failure(.halted(let reason)): throw .internal("the node has stopped: \(reason)")
        case .failure(.pool(let refusal)):
            guard case .provingRefused(let name, _) = refusal else { throw .server(refusal.message) }
            throw RPCError(code: -32000, message: refusal.message, data: ["refusal": .string(name)])
        }
    }

    private struct Found {
        var report: BlockReport
        var index: Int
        /// Nil for the system receipt's hash.
        var transaction: VerifiedTransaction?
    }

    private func committed(_ hash: Bytes32) throws(StorageFault) -> Found? {
        let chainId = chainId
        return try store.read { snapshot throws(StorageFault) in
            guard let position = try snapshot.position(of: hash) else { return nil }
            guard let report = try snapshot.report(at: position.height) else {
                throw .damaged("block \(position.height)")
            }
            guard position.index < report.block.transactions.count else {
                return Found(report: report, index: position.index)
            }
            return Found(
                report: report, index: position.index,
                transaction: try report.transaction(position.index, chainId: chainId))
        }
    }

    private func pendingTransaction(_ hash: Bytes32) async -> VerifiedTransaction? {
        await host.read { replica in replica.mempool.transaction(hash) }
    }

    private func json(_ transaction: VerifiedTransaction, _ report: BlockReport, _ index: Int) -> JSONValue {
        EthereumJSON.transaction(
            transaction, in: report.header, hash: report.hash, index: index, gas: genesis.chain.gas)
    }

    private func transaction(in reference: BlockReference, _ index: UInt128) throws(StorageFault) -> JSONValue {
        guard let report = try report(of: reference), let index = Int(exactly: index),
            report.block.transactions.indices.contains(index)
        else { return .null }
        return json(try report.transaction(index, chainId: chainId), report, index)
    }
}

extension TransactionRejection {
    /// go-ethereum's texts where it has one: clients classify by them.
    package var message: String {
        switch self {
        case .empty: "typed transaction too short"
        case .tooLarge(let bytes, let limit): "oversized data: transaction size \(bytes), limit \(limit)"
        case .unsupportedType(let type): "transaction type not supported: \(Hex.encode([type]))"
        case .malformed(let error): "rlp: \(error)"
        case .unprotectedLegacy: "only replay-protected (EIP-155) transactions allowed over RPC"
        case .wrongChain(let have, let want): "invalid chain id for signer: have \(have) want \(want)"
        case .unknownPhase(let phase): "unknown proving phase \(phase)"
        case .payloadTooLarge(let bytes):
            "oversized data: payload size \(bytes), limit \(Limits.maxPayloadBytes)"
        case .invalidSignature: "invalid transaction v, r, s values"
        case .highS: "invalid transaction v, r, s values: s is in the upper half of the group's order"
        case .valueTooLarge: "value or fee above 2^128 - 1 wei"
        case .priorityFeeAboveMaxFee: "max priority fee per gas higher than max fee per gas"
        case .nonceTooLarge: "nonce has max value"
        }
    }
}
