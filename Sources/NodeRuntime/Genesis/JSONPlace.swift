/// Finds the path of a place in a JSON text whose part before it is well-formed, for messages.
enum JSONPlace {
    private enum Level {
        case object(key: String)
        case array(index: Int)
    }

    /// The line of a place, and which byte of it, both from 1: what an editor is told.
    static func line(at offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
        let before = bytes.prefix(offset)
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return (before.count { $0 == UInt8(ascii: "\n") } + 1, before.count - start + 1)
    }

    /// The path of the value or member that stands at `offset`, as in "accounts[3].balance".
    static func path(at offset: Int, in bytes: [UInt8]) -> String {
        var levels: [Level] = []
        var index = 0
        let end = min(offset, bytes.count)
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "{"): levels.append(.object(key: ""))
            case UInt8(ascii: "["): levels.append(.array(index: 0))
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = levels.popLast()
            case UInt8(ascii: ","):
                if case .array(let position) = levels.last { levels[levels.count - 1] = .array(index: position + 1) }
            case UInt8(ascii: "\""):
                let text = string(after: index, in: bytes)
                index += text.count + 1
                if case .object = levels.last, isKey(at: index + 1, in: bytes) {
                    levels[levels.count - 1] = .object(key: String(decoding: text, as: UTF8.self))
                }
            default: break
            }
            index += 1
        }
        if index == offset, index < bytes.count, bytes[index] == UInt8(ascii: "\""), case .object = levels.last {
            let text = string(after: index, in: bytes)
            if isKey(at: index + text.count + 2, in: bytes) {
                levels[levels.count - 1] = .object(key: String(decoding: text, as: UTF8.self))
            }
        }
        return render(levels)
    }

    /// The bytes between the quotation mark at `start` and the next one that is not escaped.
    private static func string(after start: Int, in bytes: [UInt8]) -> ArraySlice<UInt8> {
        var end = start + 1
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
            end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        return bytes[min(start + 1, bytes.count)..<min(end, bytes.count)]
    }

    private static func isKey(at start: Int, in bytes: [UInt8]) -> Bool {
        var index = start
        while index < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[index]) { index += 1 }
        return index < bytes.count && bytes[index] == UInt8(ascii: ":")
    }

    private static func render(_ levels: [Level]) -> String {
        var path = ""
        for level in levels {
            switch level {
            case .object(let key): path += key.isEmpty || path.isEmpty ? key : ".\(key)"
            case .array(let index): path += "[\(index)]"
            }
        }
        return path
    }
}
