/// A JSON text as a value (RFC 8259). Members of objects keep their order.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// An integer above `Int64.max`; smaller ones are always `.integer`.
    case unsigned(UInt64)
    /// A number written with a fraction or an exponent, or "-0".
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// An integer of any unsigned width up to 64 bits.
    package init(_ value: some UnsignedInteger & FixedWidthInteger) {
        let wide = UInt64(value)
        self = Int64(exactly: wide).map(JSONValue.integer) ?? .unsigned(wide)
    }

    /// The first member called `name`; nil when there is none or this is not an object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// Nil unless this is a string.
    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// Nil unless this is a truth value.
    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// Nil unless this is an array.
    package var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// In the order of the text; nil unless this is an object.
    package var members: [JSONMember]? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The integer, when it was written as one and is not negative.
    package var uint64: UInt64? {
        switch self {
        case .integer(let value): UInt64(exactly: value)
        case .unsigned(let value): value
        default: nil
        }
    }

    /// Whether this is `null`, as opposed to an absent value.
    package var isNull: Bool { self == .null }

    /// What kind of value this is, for messages.
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .unsigned, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// A name and its value in a JSON object.
package struct JSONMember: Sendable, Equatable {
    /// Unescaped; the parser refuses two members of one name.
    package let name: String
    /// Any JSON value.
    package let value: JSONValue

    package init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

// There is no nil literal: `condition ? value : nil` would become null where an absent value is meant.
extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringInterpolation,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(booleanLiteral value: Bool) { self = .bool(value) }

    package init(integerLiteral value: Int64) { self = .integer(value) }

    package init(stringLiteral value: String) { self = .string(value) }

    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { JSONMember($0.0, $0.1) })
    }
}
