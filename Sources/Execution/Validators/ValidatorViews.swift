import ByteCodec
import ChainTypes
import Cryptography
import SystemState

/// The views of the validators' contract.
extension ContractViews {
    static let validators: [View] = [
        View(signature: "validator(address)") { (reader, state, writer) throws(ABIError) in
            let address = try reader.readAddress()
            let found = state.registeredValidators[address]
            writer.append(found?.owner ?? .zero)
            writer.append(found?.recipient ?? .zero)
            writer.append(found?.signingKey.compressed ?? [])
            writer.append(found?.vrfKey.compressed ?? [])
            writer.append(found?.stake ?? 0)
            writer.append(found?.unbonding.reduce(UInt128(0)) { $0 + $1.amount } ?? 0)
            writer.append(found?.activeFrom ?? 0)
            writer.append(found?.isLeaving ?? false)
            writer.append(found?.isJailed ?? false)
            writer.append(state.tombstones.contains(address))
        },
        View(signature: "validatorOf(address)") { (reader, state, writer) throws(ABIError) in
            writer.append(state.validatorOwners[try reader.readAddress()] ?? .zero)
        },
        View(signature: "validatorCount()") { (_, state, writer) throws(ABIError) in
            writer.append(UInt64(state.registeredValidators.count))
        },
        View(signature: "validatorAt(uint256)") { (reader, state, writer) throws(ABIError) in
            let index = try reader.readUInt64()
            let addresses = state.registeredValidators.keys
            writer.append(index < UInt64(addresses.count) ? addresses[Int(index)] : .zero)
        },
        View(signature: "validatorSet(uint64)") { (reader, state, writer) throws(ABIError) in
            let set = state.validators(at: try reader.readUInt64())?.validators ?? []
            writer.appendArray(set) { $0.append($1.address) }
            writer.appendArray(set) { $0.append($1.power) }
        },
        View(signature: "minimumStake()") { (_, state, writer) throws(ABIError) in
            writer.append(state.genesis.validating.minimumStake)
        },
    ]
}
