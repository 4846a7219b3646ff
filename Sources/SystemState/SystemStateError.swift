/// Why a genesis or stored records are not a system state.
package enum SystemStateError: Error, Hashable, Sendable {
    case invalidValidators
    case duplicateProver
    case supplyOverflow
    /// A record's key is of no table, has the wrong length, or occurs twice.
    case invalidKey([UInt8])
    case invalidRecord(key: [UInt8], RecordError)
    case missingScalar(UInt8)
    /// No validator set is in force at the state's height.
    case missingValidators
}
