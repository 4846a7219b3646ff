package import ByteCodec

/// Points of peers that did wrong, and the bans that follow. Points fade by one a second.
package struct Reputation: Sendable {
    private struct Record: Sendable {
        var points: Int
        var at: UInt64
        var bannedUntil: UInt64?
    }

    /// Records kept; the stalest goes first.
    package static let maxRecords = 4_096

    private let limits: TransportLimits
    private var records: [Address: Record] = [:]

    package init(limits: TransportLimits) { self.limits = limits }

    /// Points that a peer has now.
    package func points(_ peer: Address, now: UInt64) -> Int {
        guard let record = records[peer] else { return 0 }
        return max(0, record.points - Int(clamping: (now &- min(record.at, now)) / 1_000))
    }

    package func isBanned(_ peer: Address, now: UInt64) -> Bool {
        guard let until = records[peer]?.bannedUntil else { return false }
        return now < until
    }

    package func banned(now: UInt64) -> [Address] {
        records.filter { now < $0.value.bannedUntil ?? 0 }.keys.sorted()
    }

    /// Adds points; true when the peer is banned from now on.
    package mutating func add(_ points: Int, to peer: Address, now: UInt64) -> Bool {
        let sum = self.points(peer, now: now) + max(0, min(points, limits.banPoints))
        var record = Record(points: sum, at: now, bannedUntil: records[peer]?.bannedUntil)
        let bans = sum >= limits.banPoints
        if bans { record.bannedUntil = now &+ limits.ban }
        records[peer] = record
        if records.count > Self.maxRecords { forgetOne(now: now) }
        return bans
    }

    private mutating func forgetOne(now: UInt64) {
        let stalest = records.min { left, right in
            let bans = (left.value.bannedUntil ?? 0, right.value.bannedUntil ?? 0)
            return bans.0 == bans.1 ? left.value.at < right.value.at : bans.0 < bans.1
        }
        if let key = stalest?.key { records[key] = nil }
    }
}
