import ByteCodec
package import ChainTypes

/// The ABI events of the validators' contract. Signatures are those of `Genesis/abi/Validators.json`.
package enum ValidatorLogs {
    /// The log that reports `event`.
    package static func log(_ event: ValidatorEvent) -> Log {
        func log(_ signature: String, _ indexed: [Address], _ data: (inout ABIWriter) -> Void = { _ in }) -> Log {
            EventLogs.make(.validators, signature, indexed.map(EventLogs.word), data)
        }
        switch event {
        case .registered(let validator, let owner, let recipient, let stake, let activeFrom):
            return log("ValidatorRegistered(address,address,address,uint256,uint64)", [validator, owner]) {
                $0.append(recipient)
                $0.append(stake)
                $0.append(activeFrom)
            }
        case .deposited(let validator, let amount):
            return log("StakeDeposited(address,uint256)", [validator]) { $0.append(amount) }
        case .leaving(let validator, let amount, let releaseAt):
            return log("ValidatorLeaving(address,uint256,uint64)", [validator]) {
                $0.append(amount)
                $0.append(releaseAt)
            }
        case .withdrawn(let validator, let owner, let amount):
            return log("StakeWithdrawn(address,address,uint256)", [validator, owner]) { $0.append(amount) }
        case .recipientChanged(let validator, let recipient):
            return log("RecipientChanged(address,address)", [validator]) { $0.append(recipient) }
        case .ownerChanged(let validator, let owner):
            return log("OwnerChanged(address,address)", [validator]) { $0.append(owner) }
        case .jailed(let validator, let until):
            return log("ValidatorJailed(address,uint64)", [validator]) { $0.append(until) }
        case .unjailed(let validator, let activeFrom):
            return log("ValidatorUnjailed(address,uint64)", [validator]) { $0.append(activeFrom) }
        case .missedProposal(let validator, let round, let amount):
            return log("ProposalMissed(address,uint32,uint256)", [validator]) {
                $0.append(UInt64(round))
                $0.append(amount)
            }
        case .slashed(let fault, let amount):
            return log("ValidatorSlashed(address,uint64,uint32,uint8,uint256)", [fault.validator]) {
                $0.append(fault.height)
                $0.append(UInt64(fault.round))
                $0.append(UInt64(fault.kind.rawValue))
                $0.append(amount)
            }
        case .setChanged(let height, let hash, let validators, let totalPower):
            return log("ValidatorSetChanged(uint64,bytes32,uint32,uint64)", []) {
                $0.append(height)
                $0.append(hash)
                $0.append(UInt64(validators))
                $0.append(totalPower)
            }
        }
    }
}
