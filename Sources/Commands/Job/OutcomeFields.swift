import CommandShell
import JSONRPC

/// The fields of one object of an outcome file, each of which must be taken; errors name file and field.
struct OutcomeFields {
    private let file: String
    private let path: String
    private var members: [String: JSONValue] = [:]

    init(_ value: JSONValue, file: String, path: String) throws(CommandFailure) {
        self.file = file
        self.path = path
        guard let members = value.members else {
            throw CommandFailure(
                "\(file): \(path.isEmpty ? "" : "\(path): ")expected an object, found \(value.kindName)")
        }
        for member in members { self.members[member.name] = member.value }
    }

    private func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    func failure(_ name: String, _ reason: String) -> CommandFailure {
        CommandFailure("\(file): \(place(name)): \(reason)")
    }

    private func unexpected(_ name: String, _ expected: String, _ value: JSONValue) -> CommandFailure {
        let found = value.string.map { "\"\($0)\"" } ?? value.uint64.map { "\($0)" } ?? value.kindName
        return failure(name, "expected \(expected), found \(found)")
    }

    /// Refuses what was not taken.
    func finish() throws(CommandFailure) {
        if let name = members.keys.min() { throw failure(name, "unknown field") }
    }

    mutating func integer(
        _ name: String, _ range: ClosedRange<Int>, else missing: Int? = nil
    ) throws(CommandFailure) -> Int {
        guard let value = members.removeValue(forKey: name) else {
            guard let missing else { throw failure(name, "missing") }
            return missing
        }
        guard let number = value.uint64.flatMap({ Int(exactly: $0) }), range.contains(number) else {
            throw unexpected(name, "an integer from \(range.lowerBound) to \(range.upperBound)", value)
        }
        return number
    }

    mutating func flag(_ name: String, else missing: Bool) throws(CommandFailure) -> Bool {
        guard let value = members.removeValue(forKey: name) else { return missing }
        guard let flag = value.bool else { throw unexpected(name, "true or false", value) }
        return flag
    }

    /// Nil when the field is left out.
    mutating func choice<T>(_ name: String, _ choices: [String: T]) throws(CommandFailure) -> T? {
        guard let value = members.removeValue(forKey: name) else { return nil }
        guard let choice = value.string.flatMap({ choices[$0] }) else {
            throw unexpected(name, "one of \(choices.keys.sorted().joined(separator: ", "))", value)
        }
        return choice
    }

    /// "all", "none", or a list of numbers below `limit`, each once.
    mutating func ranks(
        _ name: String, below limit: Int, all: [Int], else missing: [Int]
    ) throws(CommandFailure) -> [Int] {
        guard let value = members.removeValue(forKey: name) else { return missing }
        if value == "all" { return all }
        if value == "none" { return [] }
        guard let list = value.array else { throw unexpected(name, "\"all\", \"none\" or a list", value) }
        var seen: Set<Int> = []
        for (index, element) in list.enumerated() {
            guard let number = element.uint64.flatMap({ Int(exactly: $0) }), number < limit else {
                throw unexpected("\(name)[\(index)]", "an integer from 0 to \(limit - 1)", element)
            }
            guard seen.insert(number).inserted else { throw failure("\(name)[\(index)]", "\(number) stands twice") }
        }
        return seen.sorted()
    }

    mutating func objects<T>(
        _ name: String, _ body: (inout OutcomeFields) throws(CommandFailure) -> T
    ) throws(CommandFailure) -> [T] {
        guard let value = members.removeValue(forKey: name) else { return [] }
        guard let list = value.array else { throw unexpected(name, "a list of objects", value) }
        var objects: [T] = []
        for (index, element) in list.enumerated() {
            var fields = try OutcomeFields(element, file: file, path: "\(place(name))[\(index)]")
            objects.append(try body(&fields))
            try fields.finish()
        }
        return objects
    }
}
