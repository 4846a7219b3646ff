import ByteCodec
import ChainTypes
import Cryptography
import JSONRPC
import Mempool
import Replica

/// The version of the programs.
package enum CairnVersion {
    package static let current = "0.1.0"
    package static let client = "Cairn/v\(current)/linux/swift6.3"
}

extension NodeRPC {
    /// net_, web3_ and what eth_ says of the node itself.
    static let network: [String: Method] = [
        "web3_clientVersion": { _, _, _ in .string(CairnVersion.client) },
        "web3_sha3": { _, params, _ in .data(Keccak256.hash(try params[0].data())) },
        "net_version": { rpc, _, _ in .string("\(rpc.chainId)") },
        "eth_chainId": { rpc, _, _ in .quantity(rpc.chainId) },
        "eth_accounts": { _, _, _ in [] },
        "eth_coinbase": { rpc, _, _ in
            guard let address = rpc.host.validator else { throw RPCError.server("this node does not propose") }
            return .data(address)
        },
        "eth_mining": { _, _, _ in false },
        "eth_hashrate": { _, _, _ in "0x0" },
        "eth_protocolVersion": { _, _, _ in "0x41" },
        "rpc_modules": { _, _, _ in
            ["cairn": "1.0", "eth": "1.0", "net": "1.0", "rpc": "1.0", "txpool": "1.0", "web3": "1.0"]
        },
        "txpool_status": { rpc, _, _ in
            let counts = await rpc.host.read { replica in
                (replica.mempool.transactionCount, replica.mempool.proofCount)
            }
            return ["pending": .quantity(counts.0 + counts.1), "queued": "0x0"]
        },
    ]
}
