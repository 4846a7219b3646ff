import ByteCodec
import ChainTypes
import CommandShell
import Cryptography
import NodeRuntime

/// One node of a devnet: a validator with its directory and its ports on this machine.
struct DevnetNode: Hashable, Sendable {
    let index: Int
    let rpcPort: UInt16
    let peerPort: UInt16
    /// By its node key.
    let address: Address

    var name: String { "node-\(index)" }
    var url: String { "http://127.0.0.1:\(rpcPort)" }
    var listen: String { "127.0.0.1:\(peerPort)" }

    /// Between a node's port for JSON-RPC and its port for peers.
    static let peerOffset: UInt16 = 100
    static let maxNodes = 16

    /// JSON-RPC on `port` and those after it, peers ``peerOffset`` above.
    static func all(_ count: Int, port: UInt16) throws(CommandFailure) -> [DevnetNode] {
        var nodes: [DevnetNode] = []
        for index in 0..<count {
            let (rpc, overflow) = port.addingReportingOverflow(UInt16(clamping: index))
            let (peers, far) = rpc.addingReportingOverflow(peerOffset)
            guard !overflow, !far else { throw .usage("--rpc-port: the ports derived from \(port) pass 65535") }
            guard let key = try? DevnetKeys.key(.node, index) else {
                throw CommandFailure(.internalFault, "the devnet's node key \(index) is no key")
            }
            nodes.append(
                DevnetNode(index: index, rpcPort: rpc, peerPort: peers, address: key.publicKey.address))
        }
        return nodes
    }

    /// What its process is started with; the others are its static peers.
    func arguments(_ plan: DevnetPlan) -> [String] {
        let directory = plan.directory
        let others = plan.nodes.filter { $0.index != index }
        var arguments = [
            "node", "--data-dir", directory.node(index), "--genesis", directory.genesis, "--key-file",
            directory.validatorKey(index), "--rpc-port", "\(rpcPort)",
        ]
        arguments += plan.callers
        if !others.isEmpty { arguments += ["--node-key", directory.nodeKey(index), "--listen", listen] }
        for other in others { arguments += ["--peer", "\(other.address)@\(other.listen)"] }
        return arguments
    }
}
