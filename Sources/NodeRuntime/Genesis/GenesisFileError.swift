/// Why a text is not a genesis file. Every case that concerns a field names its path, as in "chain.gas.transfer".
package enum GenesisFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not JSON, or JSON that this reader refuses: a duplicate key, a number with a fraction, nesting without end.
    case malformed(path: String, String)
    case missing(path: String)
    case unknown(path: String)
    case duplicate(path: String)
    case wrongType(path: String, expected: String, found: String)

    package var description: String {
        switch self {
        case .malformed(let path, let reason):
            "\(path.isEmpty ? "" : "\(path): ")the genesis file is not strict JSON: \(reason)"
        case .missing(let path): "\(path): missing"
        case .unknown(let path): "\(path): unknown field"
        case .duplicate(let path): "\(path): appears twice"
        case .wrongType(let path, let expected, let found): "\(path): expected \(expected), found \(found)"
        }
    }
}
