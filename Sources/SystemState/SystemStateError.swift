/// Why a genesis or stored records are not a system state.
package enum SystemStateError: Error, Hashable, Sendable {
    /// The genesis's validators make no set.
    case invalidValidators
    /// Two provers of the genesis share an owner or an operator key.
    case duplicateProver
    /// Balances and stakes of the genesis pass 128 bits of wei.
    case supplyOverflow
    /// A record's key is of no table, has the wrong length, or occurs twice.
    case invalidKey([UInt8])
    /// The record under this key is not one of its table.
    case invalidRecord(key: [UInt8], RecordError)
    /// A scalar record, by its tag, is not among those stored.
    case missingScalar(UInt8)
    /// No validator set is in force at the state's height.
    case missingValidators
}
