import CRocksDB
import ChainTypes

/// RocksDB's way of reporting an error: a C string, left nil on success, that the caller frees.
typealias StatusPointer = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// Calls into RocksDB and throws the fault it reports.
@safe
func checked<Result>(
    _ action: @autoclosure () -> String, _ call: (StatusPointer) -> Result
) throws(StorageFault) -> Result {
    var status: UnsafeMutablePointer<CChar>?
    let result = unsafe call(&status)
    if let text = unsafe status {
        defer { unsafe rocksdb_free(text) }
        throw unsafe StorageFault(status: String(cString: text), doing: action())
    }
    return result
}

extension [UInt8] {
    /// Lends the bytes as C characters; the pointer is valid only inside `body`.
    @unsafe
    func withCharacters<Result>(_ body: (UnsafePointer<CChar>?, Int) -> Result) -> Result {
        unsafe withUnsafeBytes { bytes in
            unsafe body(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
    }

    /// A copy of memory that RocksDB owns.
    @unsafe
    init(copying start: UnsafePointer<CChar>?, count: Int) {
        unsafe self.init(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}
