package import ChainTypes
package import Cryptography

/// How a sidecar runs.
package struct SidecarOptions: Sendable {
    package var operatorKey: SecretKey
    package var dataPath: String
    /// Threads that prove.
    package var threads: Int
    /// Time between looks at the chain.
    package var pollInterval: Duration
    /// Tip offered to proposers, wei per gas.
    package var tip: UInt128
    /// All but `honest` are refused on a chain that is not a devnet.
    package var strategy: ProverStrategy
    package init(
        operatorKey: SecretKey, dataPath: String, threads: Int, pollInterval: Duration = .milliseconds(250),
        tip: UInt128 = 100_000_000, strategy: ProverStrategy = .honest
    ) {
        self.operatorKey = operatorKey
        self.dataPath = dataPath
        self.threads = threads
        self.pollInterval = pollInterval
        self.tip = tip
        self.strategy = strategy
    }
}

/// Why a sidecar stops.
package enum SidecarFault: Error, Sendable, CustomStringConvertible {
    case unknownProfile(String)
    case otherProgram(node: String, own: String)
    case disk(String)
    /// Test tools work on devnets only.
    case strategyNeedsDevnet(String, chainId: UInt64)
    /// The strategy `crash` came to its step.
    case crashed(ProvingPhase)

    package var description: String {
        switch self {
        case .unknownProfile(let name): "the chain's proof profile \"\(name)\" is not known to this prover"
        case .otherProgram(let node, let own):
            "the chain proves with program \(node), this prover has \(own): use the release that the chain runs"
        case .disk(let text): "cannot write to the data directory: \(text)"
        case .strategyNeedsDevnet(let name, let chainId):
            "strategy \(name) is a test tool: chain \(chainId) is not marked as a devnet in its genesis; "
                + "run with --strategy honest"
        case .crashed(let phase): "ended by strategy crash with the payload of \(phase) unsent"
        }
    }
}
