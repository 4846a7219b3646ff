import ChainTypes

/// Why a node stopped for good: the process must end with this text and this status.
package struct NodeHalt: Error, Hashable, Sendable, CustomStringConvertible {
    package var message: String
    /// A status of sysexits.h: 74 for the disk, 70 for the program.
    package var exitCode: Int32

    package var description: String { message }

    init(_ fault: StorageFault) {
        let advice =
            switch fault.kind {
            case .diskFull: "disk full: free some room and start again; nothing committed is lost (\(fault.message))"
            case .corruption: "damaged data: \(fault.message)"
            case .lockHeld: fault.message
            default: "disk: \(fault.message); nothing committed is lost"
            }
        self.init(message: advice, exitCode: 74)
    }

    init(consensus reason: String) {
        self.init(message: reason, exitCode: 70)
    }

    private init(message: String, exitCode: Int32) {
        self.message = message
        self.exitCode = exitCode
    }
}
