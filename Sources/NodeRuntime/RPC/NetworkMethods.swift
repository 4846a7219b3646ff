import ByteCodec
import ChainTypes
import Cryptography
import JSONRPC

/// The version of the programs.
package enum CairnVersion {
    package static let current = "0.1.0"
    package static let client = "Cairn/v\(current)/linux/swift6.3"
}

extension NodeRPC {
    /// net_, web3_, rpc_ and what eth_ says of the node itself.
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
            let names = Set(methodNames.compactMap { $0.split(separator: "_").first.map(String.init) })
            return .object(names.sorted().map { JSONMember($0, "1.0") })
        },
    ]
}
