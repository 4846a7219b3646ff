import ChainTypes
package import Logging
import NodeRuntime
import PeerNetwork
import Replica
import SystemState

/// What a node says of itself once a minute, so that its log shows that it lives, and when its chain stands still.
package enum NodePulse {
    static let interval = Duration.seconds(60)

    /// Until it is cancelled.
    static func tell(_ host: NodeHost, _ peers: NodePeers?, _ log: Logger) async {
        var last: UInt64?
        while true {
            let (height, proven) = await host.read { ($0.tip.header.height, $0.ledger.system.provenHeight) }
            if let last {
                let pulse = line(height: height, before: last, proven: proven, peers: peers?.transport.peerCount)
                log.log(level: pulse.level, "\(pulse.text)")
            }
            last = height
            do { try await Task.sleep(for: interval, clock: .continuous) } catch { return }
        }
    }

    /// - Parameter before: the height one interval ago.
    package static func line(
        height: UInt64, before: UInt64, proven: UInt64, peers: Int?
    ) -> (level: Logger.Level, text: String) {
        let company = peers.map { ", \(Rendering.count($0, "peer"))" } ?? ""
        guard height > before else {
            return (.warning, "no block for \(interval.components.seconds) s: still at block \(height)\(company)")
        }
        return (.info, "block \(height), \(height - before) more than before, proven to \(proven)\(company)")
    }
}
