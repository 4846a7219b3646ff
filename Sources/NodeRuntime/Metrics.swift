import ChainTypes
package import JSONRPC
import Mempool
import ProvingRules
import Replica
import SystemState

/// What monitoring asks of a node. Names follow CometBFT's and EIP-2159's where they have one.
package struct NodeMonitor: Sendable {
    private let host: NodeHost

    package init(host: NodeHost) { self.host = host }

    /// Healthy until the node halts.
    package func health() async -> HealthReport {
        let halt = await host.halt
        let height = await host.read { replica in replica.tip.header.height }
        return HealthReport(
            isHealthy: halt == nil,
            details: ["height": JSONValue(height), "halted": .optional(halt) { .string($0.message) }])
    }

    /// Prometheus' text format, version 0.0.4.
    package func metrics() async -> String {
        let halted = await host.halt != nil
        return await host.read { replica in
            let system = replica.ledger.system
            let header = replica.tip.header
            var text = MetricsText()
            text.gauge("ethereum_blockchain_height", "Height of the last committed block.", header.height)
            text.gauge("ethereum_best_known_block_number", "Highest block heard of.", header.height)
            text.gauge("ethereum_peer_count", "Connected peers.", 0)
            text.gauge("cairn_consensus_height", "Height of the last committed block.", header.height)
            text.gauge(
                "cairn_consensus_round", "Round in which the last block was first proposed.",
                UInt64(header.originRound))
            text.gauge(
                "cairn_consensus_validators", "Validators.", UInt64(system.nextValidators.validators.count))
            text.gauge(
                "cairn_consensus_missing_validators", "Validators without a signature under the last block.",
                UInt64(replica.tip.certificate?.signatures.count { $0 == nil } ?? 0))
            text.gauge(
                "cairn_block_timestamp_milliseconds", "Timestamp of the last block, in ms since 1970.",
                header.timestamp)
            text.gauge("cairn_halted", "1 when the node has stopped for good.", halted ? 1 : 0)
            text.gauge("cairn_proven_height", "Height up to which everything is proven.", system.provenHeight)
            text.gauge("cairn_proof_lag", "Blocks from there to the last one with operations.", system.proofLag)
            text.gauge("cairn_queue_depth", "Blocks with operations in no job.", UInt64(system.queueDepth))
            text.family("cairn_jobs", "Open jobs by phase.")
            for phase in JobPhase.allCases where phase != .closed {
                let count = system.jobs.values.count { $0.phase == phase }
                text.sample("cairn_jobs", label: ("phase", "\(phase)"), UInt64(count))
            }
            text.gauge(
                "cairn_mempool_size", "Pending ordinary transactions.", UInt64(replica.mempool.transactionCount))
            text.gauge(
                "cairn_mempool_proofs", "Pending proving transactions.", UInt64(replica.mempool.proofCount))
            text.gauge("cairn_provers", "Registered provers.", UInt64(system.provers.count))
            text.gauge(
                "cairn_provers_available", "Provers that the next selection may choose.",
                UInt64(Selection.candidates(system, at: header.height + 1).count))
            text.gauge("cairn_accounts", "Accounts.", UInt64(replica.ledger.accounts.accountCount))
            return text.text
        }
    }
}

private struct MetricsText {
    private(set) var text = ""

    mutating func family(_ name: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
    }

    mutating func gauge(_ name: String, _ help: String, _ value: UInt64) {
        family(name, help)
        text += "\(name) \(value)\n"
    }

    mutating func sample(_ name: String, label: (name: String, value: String), _ value: UInt64) {
        text += "\(name){\(label.name)=\"\(label.value)\"} \(value)\n"
    }
}
