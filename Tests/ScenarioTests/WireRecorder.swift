import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Foundation
import Logging
import NodeRuntime
import PeerNetwork
import Replica

/// A peer that only listens, and keeps what validators said: who said what in which step.
actor WireRecorder {
    private struct Step: Hashable {
        let validator: Address
        let height: UInt64
        let round: UInt32
        let kind: String
    }

    /// `0x…@host:port`, for the nodes' `--peer`.
    nonisolated let peer: String
    private let transport: PeerTransport
    private var said: [Step: Bytes32?] = [:]
    /// When each validator last said something that it had not said before.
    private var news: [Address: [ContinuousClock.Instant]] = [:]
    private var conflicts: [String] = []
    private var hearing: Task<Void, Never>?

    static func start(_ network: Network) async throws -> WireRecorder {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(network.folder)/genesis.json")))
        let genesis = try GenesisFile.parse(bytes)
        var configuration = TransportConfiguration(chainId: genesis.chainId, genesisHash: genesis.hash)
        configuration.listen = ("127.0.0.1", 0)
        configuration.limits.exemptsLoopback = true
        configuration.limits.outbound = 0
        let key = try SecretKey(Keccak256.hash(utf8: "recorder").bytes)
        var log = Logger(label: "recorder") { StreamLogHandler.standardError(label: $0) }
        log.logLevel = .critical
        let transport = try PeerTransport(configuration, key: key, log: log)
        let port = try await transport.start()
        let recorder = WireRecorder(transport, peer: "\(transport.node)@127.0.0.1:\(port)")
        await recorder.listen()
        return recorder
    }

    private init(_ transport: PeerTransport, peer: String) {
        self.transport = transport
        self.peer = peer
    }

    private func listen() {
        hearing = Task { [transport] in
            for await event in transport.inbox {
                if case .message(_, let bytes, _) = event { self.take(bytes) }
            }
        }
    }

    private func take(_ bytes: [UInt8]) {
        guard case .consensus(let message)? = try? PeerMessage(decoding: bytes) else { return }
        switch message {
        case .vote(let vote):
            note(
                Step(validator: vote.validator, height: vote.height, round: vote.round, kind: "\(vote.type)"),
                vote.blockHash)
        case .proposal(let proposal):
            note(
                Step(
                    validator: proposal.proposer, height: proposal.height, round: proposal.round, kind: "proposal"),
                proposal.blockHash)
        case .polka, .certificate: break
        }
    }

    private func note(_ step: Step, _ hash: Bytes32?) {
        if let known = said[step] {
            if known != hash { conflicts.append("\(step): \(String(describing: known)), \(String(describing: hash))") }
        } else {
            said[step] = .some(hash)
            news[step.validator, default: []].append(.now)
        }
    }

    /// The first thing that a validator said anew after a moment, if it was said already.
    func heard(_ validator: Address, after moment: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        news[validator]?.first { $0 > moment }
    }

    /// Ends listening: the number of different votes and proposals heard, and every step with two of them.
    func stop() async -> (votes: Int, conflicts: [String]) {
        await transport.stop()
        await hearing?.value
        return (said.count, conflicts)
    }
}
