import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Execution
import JSONRPC
import Replica
import Storage
import SystemState

extension NodeRPC {
    /// cairn_: validators. Amounts are quantities in wei, heights plain numbers.
    static let cairnValidators: [String: Method] = [
        // The set of a height, of the next block when none is given: {height, hash, totalPower, validators}.
        "cairn_validators": { rpc, params, _ in
            let wanted = try params[0].ifPresent?.count()
            let system = await rpc.host.read { replica in replica.ledger.system }
            let height = wanted ?? system.height + 1
            let limit = system.height + SystemState.validatorSetDelay
            guard height <= limit else {
                throw RPCError.server(
                    "the validators of block \(height) are not known: they are fixed up to block \(limit)")
            }
            let set = try rpc.store.read { snapshot throws(StorageFault) in try snapshot.validators(at: height) }
            guard let set = set ?? system.validators(at: height) else {
                throw RPCError.server(
                    "the validators of block \(height) are not known: this node began from a snapshot above it")
            }
            return ValidatorJSON.set(set, height: height, system)
        },
        // What was heard in the round under way. A vote is a block's hash, "nil" for a vote for none, or null for no
        // vote: {height, round, step, proposer, hasProposal, totalPower, prevotePower, precommitPower, validators}.
        "cairn_votes": { rpc, _, _ in ValidatorJSON.votes(await rpc.host.read { replica in replica.round }) },
        // Everyone registered, in a set or not.
        "cairn_registeredValidators": { rpc, _, _ in
            let system = await rpc.host.read { replica in replica.ledger.system }
            return .list(system.registeredValidators.values) { ValidatorJSON.validator($0, system) }
        },
        // One, by its own or its owner's address; null when there is none.
        "cairn_validator": { rpc, params, _ in
            let address = try params[0].address()
            let system = await rpc.host.read { replica in replica.ledger.system }
            let found =
                system.registeredValidators[address]
                ?? system.validatorOwners[address].flatMap { system.registeredValidators[$0] }
            return .optional(found) { ValidatorJSON.validator($0, system) }
        },
    ]
}

/// Validators as people and dashboards read them.
enum ValidatorJSON {
    static func votes(_ view: RoundView) -> JSONValue {
        func heard(_ vote: RoundView.Heard) -> JSONValue {
            switch vote {
            case .nothing: .null
            case .none: "nil"
            case .block(let hash): .data(hash)
            }
        }
        func power(_ vote: (RoundView.Voter) -> RoundView.Heard) -> UInt64 {
            view.voters.reduce(0) { vote($1) == .nothing ? $0 : $0 + $1.power }
        }
        return [
            "height": JSONValue(view.height), "round": JSONValue(view.round), "step": .string("\(view.step)"),
            "proposer": .data(view.proposer), "hasProposal": .bool(view.hasProposal),
            "totalPower": JSONValue(view.voters.reduce(0) { $0 + $1.power }),
            "prevotePower": JSONValue(power(\.prevote)), "precommitPower": JSONValue(power(\.precommit)),
            "validators": .list(view.voters) { voter in
                [
                    "validator": .data(voter.validator), "power": JSONValue(voter.power),
                    "prevote": heard(voter.prevote), "precommit": heard(voter.precommit),
                ]
            },
        ]
    }

    static func set(_ set: ValidatorSet, height: UInt64, _ system: SystemState) -> JSONValue {
        [
            "height": JSONValue(height), "hash": .data(set.hash), "totalPower": JSONValue(set.totalPower),
            "validators": .list(set.validators) { validator in
                [
                    "address": .data(validator.address), "power": JSONValue(validator.power),
                    "signingKey": .data(validator.signingKey.compressed),
                    "vrfKey": .data(validator.vrfKey.compressed),
                    "stake": .optional(system.registeredValidators[validator.address]) { .quantity($0.stake) },
                ]
            },
        ]
    }

    static func validator(_ validator: RegisteredValidator, _ system: SystemState) -> JSONValue {
        let tombstone = system.tombstones[validator.address]
        let member = system.nextValidators.validators.first { $0.address == validator.address }
        return [
            "address": .data(validator.address), "owner": .data(validator.owner),
            "recipient": .data(validator.recipient), "signingKey": .data(validator.signingKey.compressed),
            "vrfKey": .data(validator.vrfKey.compressed), "stake": .quantity(validator.stake),
            "unbonding": .quantity(validator.unbonding.reduce(UInt128(0)) { $0 &+ $1.amount }),
            "withdrawableAt": .heightOrNull(validator.unbonding.last?.height),
            "claimable": .quantity(system.claimable[validator.recipient] ?? 0),
            "power": JSONValue(member?.power ?? 0), "active": .bool(member != nil),
            "activeFrom": JSONValue(validator.activeFrom), "leaving": .bool(validator.isLeaving),
            "jailed": .bool(validator.isJailed), "jailedUntil": .heightOrNull(validator.jailedUntil),
            "misses": .count(validator.misses.count), "tombstoned": .bool(tombstone != nil),
            "status": .string(status(validator, isMember: member != nil, tombstone, system)),
        ]
    }

    private static func status(
        _ validator: RegisteredValidator, isMember: Bool, _ tombstone: Tombstone?, _ system: SystemState
    ) -> String {
        if let tombstone { return "expelled in block \(tombstone.punishedAt) for an equivocation" }
        if validator.isLeaving { return "leaving" }
        if validator.isJailed { return "jailed, may unjail from block \(validator.jailedUntil ?? 0)" }
        if system.genesis.validating.power(ofStake: validator.stake) == 0 { return "below the minimum stake" }
        if isMember { return "in the set" }
        if validator.activeFrom > system.height + 1 { return "active from block \(validator.activeFrom)" }
        return "waiting for a place in the set"
    }
}
