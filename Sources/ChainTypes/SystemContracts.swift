package import ByteCodec

/// Addresses of the native contracts. `eth_getCode` answers 0xfe (INVALID) for them.
package enum SystemContract: UInt8, Hashable, Sendable, CaseIterable {
    /// Registration, stake and keys of provers.
    case proverRegistry = 1
    /// Booked rewards, tips and returned stake, paid out into accounts.
    case claims = 2
    /// Proving jobs: views and events.
    case provingJobs = 3
    /// Registration, stake and keys of validators.
    case validators = 4

    /// 0x00…00c0de01 to …04.
    package var address: Address { Address(lowBytes: 0xc0de00 | UInt64(rawValue)) }

    /// Nil for every address that is not a native contract's.
    package init?(address: Address) {
        guard let match = Self.allCases.first(where: { $0.address == address }) else { return nil }
        self = match
    }
}
