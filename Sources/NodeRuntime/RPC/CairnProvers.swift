import ByteCodec
import ChainTypes
import JSONRPC
import ProvingRules
import Replica
import SystemState

extension NodeRPC {
    /// cairn_: provers.
    static let cairnProvers: [String: Method] = [
        "cairn_provers": { rpc, _, _ in
            let system = await rpc.host.read { replica in replica.ledger.system }
            return .list(system.provers.values) { ProverJSON.prover($0, system) }
        },
        "cairn_prover": { rpc, params, _ in
            let address = try params[0].address()
            let system = await rpc.host.read { replica in replica.ledger.system }
            return .optional(system.prover(named: address)) { ProverJSON.prover($0, system) }
        },
        "cairn_proverRecord": { rpc, params, _ in
            let address = try params[0].address()
            return .optional(await rpc.host.read { replica in replica.ledger.system.prover(named: address) }) {
                .data($0.encoded)
            }
        },
    ]
}

extension SystemState {
    /// The prover with this owner or, else, this operator key, a pending one included.
    func prover(named address: Address) -> Prover? {
        provers[address] ?? operators[address].flatMap { provers[$0] }
    }
}

/// Provers as people and dashboards read them.
enum ProverJSON {
    static func prover(_ prover: Prover, _ system: SystemState) -> JSONValue {
        let height = system.height + 1
        let standing = prover.standing(at: height, parameters: system.parameters)
        let isActive =
            switch standing {
            case .available, .assigned: true
            default: false
            }
        let blocks = height - min(height, prover.lastScoreHeight)
        return [
            "owner": .data(prover.owner), "operator": .data(prover.operatorKey),
            "recipient": .data(prover.recipient), "stake": .quantity(prover.stake),
            "pendingStake": .quantity(sum(prover.pendingStake)), "unbonding": .quantity(sum(prover.unbonding)),
            "claimable": .quantity(system.claimable[prover.recipient] ?? 0), "active": .bool(isActive),
            "paused": .bool(prover.paused), "leaving": .bool(prover.isLeaving), "jailed": .bool(prover.isJailed),
            "activeFrom": JSONValue(prover.activeFrom),
            // In submissions: each counts 1 and fades.
            "score": .number(
                Double(HistoryScore.decayed(prover.score, blocks: blocks)) / Double(HistoryScore.submission)),
            "misses": .count(prover.misses.count), "assignedJob": .heightOrNull(prover.assignedJob),
            "status": .string(text(standing)),
        ]
    }

    private static func sum(_ amounts: [TimedAmount]) -> UInt128 { amounts.reduce(UInt128(0)) { $0 &+ $1.amount } }

    private static func text(_ standing: Standing) -> String {
        switch standing {
        case .available: "available"
        case .inactive(let height): "active from block \(height)"
        case .jailed(let height): "jailed, may unjail from block \(height)"
        case .belowMinimumStake: "below the minimum stake"
        case .paused: "paused"
        case .leaving: "leaving"
        case .assigned(let job): "proving job \(job)"
        }
    }
}
