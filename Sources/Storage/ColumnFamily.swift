/// The kinds of record in the database, one RocksDB column family each.
///
/// Integers in keys are big-endian, so that the order of keys is the order of numbers. "‖" joins bytes. The raw value
/// is the family's name on disk: changing one, or a layout, raises `Store.schemaVersion`.
package enum ColumnFamily: String, CaseIterable, Sendable {
    /// A name in ASCII → its value: the head, the genesis hash, the schema version (u32).
    case meta

    /// height u64 → RLP of the block.
    case blocks

    /// block hash, 32 bytes → height u64.
    case blockHeights

    /// height u64 → the certificate that decided the block.
    case certificates

    /// height u64 → RLP of three lists: the block's receipts, the logs that no transaction caused, and what a replay
    /// needs of each proving transaction.
    case receipts

    /// transaction hash, 32 bytes → height u64 ‖ index in the block u32.
    case transactionIndex

    /// height u64 ‖ payload digest, 32 bytes → the proof payload. By height, so that what expires is one range.
    case sidecars

    /// payload digest, 32 bytes → height u64 of the last block that brought it.
    case sidecarHeights

    /// job number u64 → the provers that the job's selection chose from, as long as the job is in the state.
    case rosters

    /// leaf index u64 → address ‖ nonce ‖ balance, at the head.
    case accounts

    /// address, 20 bytes → leaf index u64.
    case accountIndex

    /// leaf index u64 ‖ height u64 → nonce ‖ balance, as they stood after that block.
    case accountHistory

    /// record key → record of the system state, at the head.
    case system

    /// height u64 → the record of the validators who decide blocks from that height on. The state forgets sets that can
    /// no longer be punished; whoever follows the chain from its genesis still needs them.
    case validatorSets

    /// height u64 → the account operations of a block that is not proven yet.
    case operations

    /// height u64 → the witness of the block.
    case witness

    /// "state" → what the validator signed last, written before a vote leaves the process; "proposed" → the block that
    /// it speaks of, with its payloads, when the node itself proposed it.
    case signState
}
