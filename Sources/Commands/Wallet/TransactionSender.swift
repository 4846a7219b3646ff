import ByteCodec
import ChainTypes
import CommandShell
import Cryptography
import JSONRPC

/// Fills in, signs and sends transactions, and waits for their receipts.
struct TransactionSender: Sendable {
    let node: RemoteNode
    let signer: Signer

    /// What the node was given.
    struct Sent: Sendable {
        let hash: Bytes32
        let transaction: OrdinaryTransaction
    }

    /// Sends a call: nonce from the pool, gas as estimated, twice the base fee as the most to pay.
    func send(to: Address, value: UInt128, data: [UInt8]) async throws(CommandFailure) -> Sent {
        try await signer.checkMaySign(on: node)
        let from = signer.address
        let chainId = try await node.call("eth_chainId").count()
        let nonce = try await node.call("eth_getTransactionCount", [.string("\(from)"), "pending"]).count()
        let fees = try await FeeOffer(node)
        let gas = try await node.call(
            "eth_estimateGas",
            [
                [
                    "from": .string("\(from)"), "to": .string("\(to)"), "value": .string(Hex.quantity(value)),
                    "data": .string(Hex.encode(data)),
                ]
            ]
        ).count()
        let transaction = OrdinaryTransaction(
            kind: .dynamicFee, chainId: chainId, nonce: nonce, maxPriorityFeePerGas: fees.tip,
            maxFeePerGas: fees.limit, gasLimit: gas, to: to, value: value, data: data)
        let hash = try await Self.submit(transaction, key: signer.key, node)
        return Sent(hash: hash, transaction: transaction)
    }

    /// Signs and hands over a complete transaction.
    static func submit(
        _ transaction: OrdinaryTransaction, key: SecretKey, _ node: RemoteNode
    ) async throws(CommandFailure) -> Bytes32 {
        let signed: VerifiedTransaction
        do { signed = try transaction.sign(with: key) } catch {
            throw CommandFailure("the transaction cannot be sent: \(error)")
        }
        let hash = try await node.call("eth_sendRawTransaction", [.string(Hex.encode(signed.encoded))]).hash()
        guard hash == signed.hash else {
            throw CommandFailure("the node names another transaction, \(hash), than the one sent, \(signed.hash)")
        }
        return hash
    }

    /// The receipt, once the transaction is in a block.
    func receipt(of hash: Bytes32, timeout: Duration) async throws -> Answer {
        let start = ContinuousClock.now
        while true {
            let receipt = try await node.call("eth_getTransactionReceipt", [.string("\(hash)")])
            if receipt.ifPresent != nil {
                Console.current.endProgress()
                return receipt
            }
            let waited = ContinuousClock.now - start
            guard waited < timeout else {
                throw CommandFailure(
                    .timeout, "\(hash) is in no block after \(Rendering.seconds(waited)); it may still get into one")
            }
            Console.current.progress("waiting for \(Rendering.short("\(hash)")): \(Rendering.seconds(waited))")
            try await Task.sleep(for: .milliseconds(250))
        }
    }
}

/// What to offer for gas: the node's suggested tip, and room for the base fee to double.
struct FeeOffer: Sendable {
    let tip: UInt128
    let limit: UInt128

    init(_ node: RemoteNode) async throws(CommandFailure) {
        let tip = try await node.call("eth_maxPriorityFeePerGas").amount()
        let baseFee = try await node.call("cairn_status")["baseFee"].amount()
        let (doubled, overflow) = baseFee.multipliedReportingOverflow(by: 2)
        let (limit, overflowed) = doubled.addingReportingOverflow(tip)
        guard !overflow, !overflowed else { throw CommandFailure("the node's fees are beyond all amounts") }
        self.tip = tip
        self.limit = limit
    }
}
