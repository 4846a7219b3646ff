import Synchronization

/// Counts what clients hold of the server's shared resources, and says no at the limit.
final class RPCAdmission: Sendable {
    private struct Counts {
        var connections = 0
        var perAddress: [String: Int] = [:]
        var calls = 0
        var bodyBytes = 0
    }

    private let limits: RPCLimits
    private let counts = Mutex(Counts())

    init(_ limits: RPCLimits) { self.limits = limits }

    /// Takes a place for a connection from `address`; false when there is none.
    func admitConnection(from address: String?) -> Bool {
        counts.withLock { counts in
            guard counts.connections < limits.connections else { return false }
            if let address, !Self.isLoopback(address) {
                let held = counts.perAddress[address, default: 0]
                guard held < limits.connectionsPerAddress else { return false }
                counts.perAddress[address] = held + 1
            }
            counts.connections += 1
            return true
        }
    }

    func releaseConnection(from address: String?) {
        counts.withLock { counts in
            counts.connections -= 1
            guard let address, let held = counts.perAddress[address] else { return }
            counts.perAddress[address] = held > 1 ? held - 1 : nil
        }
    }

    func admitCall() -> Bool {
        counts.withLock { counts in
            guard counts.calls < limits.callsInFlight else { return false }
            counts.calls += 1
            return true
        }
    }

    func releaseCall() { counts.withLock { $0.calls -= 1 } }

    func admitBody(bytes: Int) -> Bool {
        counts.withLock { counts in
            guard bytes <= limits.totalBodyBytes - counts.bodyBytes else { return false }
            counts.bodyBytes += bytes
            return true
        }
    }

    func releaseBody(bytes: Int) { counts.withLock { $0.bodyBytes -= bytes } }

    private static func isLoopback(_ address: String) -> Bool {
        address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
    }
}
