import ChainTypes
import Cryptography

/// Signed transfers of one unit, the senders taking turns.
struct TransferBatch {
    let encoded: [[UInt8]]

    init(senders: [SecretKey], genesis: Genesis, count: Int) throws {
        let recipients = senders.map(\.publicKey.address)
        encoded = try (0..<count).map { index in
            try OrdinaryTransaction(
                kind: .dynamicFee, chainId: genesis.chainId, nonce: UInt64(index / senders.count),
                maxPriorityFeePerGas: 1, maxFeePerGas: 1_000 * genesis.chain.minBaseFee, gasLimit: 21_000,
                to: recipients[(index * 7 + 1) % senders.count], value: 1
            ).sign(with: senders[index % senders.count]).encoded
        }
    }
}
