package import ChainTypes

extension StorageFault {
    /// Bytes that this program wrote cannot be read back.
    static func damaged(_ what: String) -> StorageFault {
        StorageFault(kind: .corruption, message: "the stored \(what) cannot be read: the data directory is damaged")
    }
}

/// Why a data directory cannot be used by this node.
package enum ChainStoreError: Error, Sendable, CustomStringConvertible {
    case fault(StorageFault)
    /// The directory holds another chain.
    case otherGenesis(path: String, stored: String, wanted: String)
    /// There is no chain in the directory.
    case empty(path: String)
    /// There is a chain where one was to begin.
    case notEmpty(path: String)
    case genesis(String)

    package var description: String {
        switch self {
        case .fault(let fault): fault.message
        case .otherGenesis(let path, let stored, let wanted):
            "\(path) belongs to another chain: its genesis is \(stored), this node's is \(wanted); "
                + "use another directory, or delete this one to start the chain anew"
        case .empty(let path): "there is no chain in \(path)"
        case .notEmpty(let path): "there is a chain in \(path) already: use an empty directory"
        case .genesis(let reason): "the genesis cannot start a chain: \(reason)"
        }
    }
}
