/// A JSON value for comparisons in tests.
///
/// Unlike Foundation's it keeps every digit of integers, tells `1` from `true`, and compares strings by their bytes.
/// Floating-point numbers are equal when they are the same number, however written; an integer equals only an integer.
/// Of duplicate keys in an object the last one counts, as in most clients.
public enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, as written.
    case number(String)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object([String: JSONValue])

    /// Parses one JSON value.
    ///
    /// - Parameter text: the JSON text.
    /// - Throws: ``TestingError`` of code `unexpected` when it is not JSON.
    public init(parsing text: String) throws {
        var parser = JSONValueParser(Array(text.utf8))
        self = try parser.parseDocument()
    }

    /// The member of an object, nil if there is none or this is no object.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The element of an array, nil if there is none or this is no array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The string, nil if this is none.
    public var stringValue: String? {
        guard case .string(let string) = self else { return nil }
        return string
    }

    /// The integer, nil if this is none.
    public var intValue: Int? {
        guard case .number(let digits) = self else { return nil }
        return Int(digits)
    }

    /// The elements, nil if this is no array.
    public var arrayValue: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members, nil if this is no object.
    public var objectValue: [String: JSONValue]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}

extension JSONValue: Equatable {
    /// Compares as the type's description says.
    public static func == (lhs: JSONValue, rhs: JSONValue) -> Bool {
        switch (lhs, rhs) {
        case (.null, .null): true
        case (.bool(let lhs), .bool(let rhs)): lhs == rhs
        case (.number(let lhs), .number(let rhs)): lhs == rhs || isSameFloat(lhs, rhs)
        // String's own equality calls composed and decomposed forms equal; the wire must not.
        case (.string(let lhs), .string(let rhs)): lhs.utf8.elementsEqual(rhs.utf8)
        case (.array(let lhs), .array(let rhs)): lhs == rhs
        case (.object(let lhs), .object(let rhs)): lhs == rhs
        default: false
        }
    }

    private static func isSameFloat(_ lhs: String, _ rhs: String) -> Bool {
        let isFloat = { (digits: String) in digits.utf8.contains { [0x2E, 0x45, 0x65].contains($0) } }
        guard isFloat(lhs), isFloat(rhs), let lhs = Double(lhs), let rhs = Double(rhs) else { return false }
        return lhs == rhs && lhs.sign == rhs.sign
    }
}

extension JSONValue: CustomStringConvertible {
    /// The JSON text, keys in alphabetical order.
    public var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let digits): digits
        case .string(let string): Self.quoted(string)
        case .array(let elements): "[\(elements.map(\.description).joined(separator: ","))]"
        case .object(let members):
            "{\(members.sorted { $0.key < $1.key }.map { "\(Self.quoted($0)):\($1)" }.joined(separator: ","))}"
        }
    }

    private static func quoted(_ string: String) -> String {
        var result = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// Makes `null`.
    public init(nilLiteral: ()) { self = .null }
    /// Makes `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Makes an integer.
    public init(integerLiteral value: Int) { self = .number(String(value)) }
    /// Makes a floating-point number.
    public init(floatLiteral value: Double) { self = .number(String(value)) }
    /// Makes a string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Makes an array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Makes an object; of duplicate keys the last one counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}

extension JSONValue {
    /// Makes an integer.
    ///
    /// - Parameter integer: the integer.
    public init(_ integer: Int) {
        self = .number(String(integer))
    }
}
