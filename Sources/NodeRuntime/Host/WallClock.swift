import FoundationEssentials

/// Milliseconds since 1970. Tests give their own.
package typealias WallClock = @Sendable () -> UInt64

/// The machine's clock: only proposers' timestamps come from it.
package let systemClock: WallClock = { UInt64(max(0, Date().timeIntervalSince1970 * 1_000)) }
