package import ByteCodec
import FoundationEssentials

/// Peers that were heard of, and how dialling them went. Bounded in all and for each network, so that one operator
/// cannot fill it.
package struct AddressBook: Sendable {
    package struct Entry: Hashable, Sendable {
        package var address: PeerAddress
        /// Dials that failed since the last one that did not.
        package var failures = 0
        package var hasSucceeded = false
    }

    /// An address that never answered is forgotten after so many dials.
    package static let maxFailures = 8

    private let limits: TransportLimits
    package private(set) var entries: [Address: Entry] = [:]
    package private(set) var isDirty = false

    package init(limits: TransportLimits) { self.limits = limits }

    /// Takes note of an address. What is known to work is not replaced by hearsay; false when there is no room.
    @discardableResult
    package mutating func add(_ address: PeerAddress, isConfirmed: Bool = false) -> Bool {
        if let known = entries[address.node] {
            if isConfirmed, known.address != address || !known.hasSucceeded || known.failures > 0 {
                entries[address.node] = Entry(address: address, hasSucceeded: true)
                isDirty = true
            }
            return true
        }
        let network = NetworkGroup.of(address.host)
        let isExempt = limits.exemptsLoopback && NetworkGroup.isLoopback(address.host)
        let neighbours = entries.values.count { NetworkGroup.of($0.address.host) == network }
        guard isExempt || neighbours < limits.bookPerNetwork else { return false }
        if entries.count >= limits.bookEntries {
            let worst = entries.values.filter { !$0.hasSucceeded && $0.failures > 0 }.max { left, right in
                left.failures == right.failures
                    ? left.address.node < right.address.node : left.failures < right.failures
            }
            guard let worst else { return false }
            entries[worst.address.node] = nil
        }
        entries[address.node] = Entry(address: address, hasSucceeded: isConfirmed)
        isDirty = true
        return true
    }

    package mutating func failed(_ node: Address) {
        guard var entry = entries[node] else { return }
        entry.failures += 1
        isDirty = true
        entries[node] = !entry.hasSucceeded && entry.failures >= Self.maxFailures ? nil : entry
    }

    package mutating func remove(_ node: Address) {
        if entries.removeValue(forKey: node) != nil { isDirty = true }
    }

    // MARK: - File

    /// One entry a line, sorted by node: `node@host:port failures worked`, after a line that names the format.
    package var text: String {
        let lines = entries.values.sorted { $0.address.node < $1.address.node }.map {
            "\($0.address) \($0.failures) \($0.hasSucceeded ? 1 : 0)"
        }
        return ([Self.title] + lines).joined(separator: "\n") + "\n"
    }

    private static let title = "cairn peers 1"
    private static let maxFileBytes = 1 << 20

    /// Reads what ``text`` writes; lines that are not understood are left out, since addresses can be learned again.
    package mutating func read(_ text: String) {
        let lines = text.split(separator: "\n")
        guard lines.first == Self.title[...] else { return }
        for line in lines.dropFirst().prefix(limits.bookEntries) {
            let words = line.split(separator: " ")
            guard words.count == 3, let address = try? PeerAddress(String(words[0])), let failures = Int(words[1]),
                (0...1_000_000).contains(failures), ["0", "1"].contains(words[2]), add(address)
            else { continue }
            entries[address.node] = Entry(address: address, failures: failures, hasSucceeded: words[2] == "1")
        }
        isDirty = false
    }

    package mutating func load(_ path: String) {
        guard let handle = FileManager.default.contents(atPath: path), handle.count <= Self.maxFileBytes else { return }
        read(String(decoding: handle, as: UTF8.self))
    }

    /// Replaces the file in one step.
    package static func save(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    }

    package mutating func markSaved() { isDirty = false }
}
