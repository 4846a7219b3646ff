import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Storage
import Synchronization

/// What a validator has signed, in a file of its own beside the database: the database may be thrown away and synced
/// anew, this may not. Every signature's record is synced before the signature leaves (reliability notes 9 and 10).
final class SignStateLog: Sendable {
    /// The block kept in the database for the state: written once a block.
    let proposed = Mutex<Bytes32?>(nil)
    private let log: RecordLog
    private let last: Mutex<SignState?>

    private init(_ log: RecordLog, last: SignState?) {
        self.log = log
        self.last = Mutex(last)
    }

    static func path(besides database: String, validator: Address) -> String {
        "\(database)-sign-\(validator).log"
    }

    static func create(
        at path: String, genesis: Bytes32, validator: Address
    ) throws(StorageFault) -> SignStateLog {
        SignStateLog(try RecordLog.create(at: path, identity: identity(genesis, validator)), last: nil)
    }

    /// Opens the log, and returns the latest state in it. Refuses one in which a later state is behind an earlier one.
    static func open(
        at path: String, genesis: Bytes32, validator: Address
    ) throws(StorageFault) -> (SignStateLog, SignState?) {
        let (log, records): (RecordLog, [[UInt8]])
        do {
            let opened = try RecordLog.open(at: path, identity: identity(genesis, validator))
            (log, records) = (opened.log, opened.records)
        } catch {
            throw fault(error, path)
        }
        var last: SignState?
        for record in records {
            let state: SignState
            do { state = try SignState(decoding: record) } catch { throw unusable(path, "a record cannot be read") }
            if let last, state.isBehind(last) { throw unusable(path, "its records go backwards") }
            last = state
        }
        return (SignStateLog(log, last: last), last)
    }

    /// Adds a state; it is on the disk when this returns. A state behind the last one is never written.
    func append(_ state: SignState) throws(StorageFault) {
        if let last = last.withLock({ $0 }), state.isBehind(last) {
            throw StorageFault(kind: .other, message: "a sign state behind the recorded one was to be written")
        }
        try log.append(state.encoded)
        last.withLock { $0 = state }
    }

    private static func identity(_ genesis: Bytes32, _ validator: Address) -> [UInt8] {
        Keccak256.hash(Array("cairn/sign-state/v1".utf8), genesis.bytes, validator.bytes).bytes
    }

    // MARK: - Faults

    static func missing(_ path: String) -> StorageFault {
        unusable(path, "it is not there, though this validator has signed from this directory")
    }

    private static func fault(_ error: RecordLogError, _ path: String) -> StorageFault {
        switch error {
        case .fault(let fault): fault
        case .otherIdentity: unusable(path, "it belongs to another chain or validator")
        case .damaged(let offset): unusable(path, "it is damaged at byte \(offset)")
        case .tooLarge(let bytes): unusable(path, "it has \(bytes) bytes, which no sign state has")
        }
    }

    private static func unusable(_ path: String, _ reason: String) -> StorageFault {
        StorageFault(
            kind: .corruption,
            message: "cannot use the sign state \(path): \(reason). What this validator signed is not known, so that "
                + "it could sign the opposite and be slashed: put the file back from where it was last used, or "
                + "register a new validator key. Running without --key-file follows the chain without signing")
    }
}

extension SignState {
    /// Whether this height, round and step come before those of another state.
    fileprivate func isBehind(_ other: SignState) -> Bool {
        (height, round, lastStep) < (other.height, other.round, other.lastStep)
    }
}
