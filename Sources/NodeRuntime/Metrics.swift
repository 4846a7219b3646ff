import ChainTypes
package import JSONRPC
import Mempool
import PeerNetwork
import ProvingRules
import Replica
import Storage
import SystemState

/// What monitoring asks of a node. Names follow CometBFT's and EIP-2159's where they have one.
package struct NodeMonitor: Sendable {
    private let host: NodeHost
    private let peers: NodePeers?

    package init(host: NodeHost, peers: NodePeers? = nil) {
        self.host = host
        self.peers = peers
    }

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
        // A store that cannot be read halts the node elsewhere; here its sizes are left out.
        let sizes = ColumnFamily.allCases.compactMap { family in
            (try? host.chain.store.size(of: family)).map { (family.rawValue, $0) }
        }
        let transport = peers?.transport.status
        return await host.read { replica in
            let system = replica.ledger.system
            let header = replica.tip.header
            var text = MetricsText()
            text.gauge("ethereum_blockchain_height", "Height of the last committed block.", header.height)
            let sync = replica.syncStatus
            text.gauge(
                "ethereum_best_known_block_number", "Highest block heard of.", max(header.height, sync?.target ?? 0))
            text.gauge("ethereum_peer_count", "Connected peers.", UInt64(transport?.peers.count ?? 0))
            text.gauge("cairn_syncing", "1 while the node catches up with its peers.", sync == nil ? 0 : 1)
            text.gauge(
                "cairn_peers_missing", "Static peers that are not connected.", UInt64(transport?.missing.count ?? 0))
            text.gauge("cairn_peers_banned", "Banned nodes.", UInt64(transport?.banned.count ?? 0))
            text.gauge("cairn_peers_known", "Addresses in the book.", UInt64(transport?.knownAddresses ?? 0))
            text.gauge(
                "cairn_peers_queued_bytes", "Bytes that wait to be sent to peers.",
                UInt64(clamping: transport?.peers.reduce(0) { $0 + $1.queuedBytes } ?? 0))
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
            text.gauge("cairn_queue_depth", "Blocks with operations that wait for provers.", system.queueDepth)
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
            text.market(MarketReport.measure(system))
            text.storage(sizes)
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

    /// The signals of the market over its default window; one without a value has no sample.
    mutating func market(_ report: MarketReport) {
        for measured in report.signals {
            let name = "cairn_market_" + Self.snakeCase(measured.signal.rawValue)
            family(name, "\(measured.signal.rawValue) in \(measured.signal.unit), last \(report.window) blocks.")
            switch measured.value {
            case nil: break
            case .count(let count): text += "\(name) \(count)\n"
            case .ratio(let part, let whole): text += "\(name) \(Double(part) / Double(whole))\n"
            case .percentiles(let p50, let p95, let p99):
                for (quantile, value) in [("0.5", p50), ("0.95", p95), ("0.99", p99)] {
                    sample(name, label: ("quantile", quantile), value)
                }
            }
        }
        family("cairn_market_confidence", "What each signal of the market rests on, from 0 to 1.")
        for measured in report.signals {
            text +=
                "cairn_market_confidence{signal=\"\(measured.signal.rawValue)\"} \(Double(measured.confidence) / 100)\n"
        }
    }

    mutating func storage(_ sizes: [(family: String, bytes: UInt64)]) {
        family("cairn_storage_bytes", "Bytes of the database by kind of record, on the disk and not yet there.")
        for (family, bytes) in sizes { sample("cairn_storage_bytes", label: ("family", family), bytes) }
    }

    private static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { text, letter in
            if letter.isUppercase { text += "_" }
            text += letter.lowercased()
        }
    }

    mutating func sample(_ name: String, label: (name: String, value: String), _ value: UInt64) {
        text += "\(name){\(label.name)=\"\(label.value)\"} \(value)\n"
    }
}
