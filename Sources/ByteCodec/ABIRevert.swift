/// Solidity's revert data.
package enum ABIRevert {
    /// Selector of `Error(string)`.
    package static let errorSelector: [UInt8] = [0x08, 0xc3, 0x79, 0xa0]

    /// The data of `revert(reason)`: the selector of `Error(string)` and the reason.
    package static func error(_ reason: String) -> [UInt8] {
        var writer = ABIWriter()
        writer.append(reason)
        return errorSelector + writer.encoded
    }

    /// The reason in the data of a revert; nil when the data is something else, or the reason is longer than
    /// `maxCount` bytes.
    package static func reason(in data: [UInt8], maxCount: Int = 1024) -> String? {
        guard data.starts(with: errorSelector) else { return nil }
        var reader = ABIReader(data, at: errorSelector.count)
        guard let reason = try? reader.readString(maxCount: maxCount) else { return nil }
        return (try? reader.expectEnd()) == nil ? nil : reason
    }
}
