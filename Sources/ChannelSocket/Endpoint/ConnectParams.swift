/// The query parameters of a connection, nested by the names' brackets.
///
/// `a[b]=1&d[]=x&d[]=y` is `{"a": {"b": "1"}, "d": ["x", "y"]}`. Of parameters with the same name the last counts.
///
/// Source: `Plug.Conn.Query`.
public struct ConnectParams: Hashable, Sendable {
    /// The value of a parameter.
    public enum Value: Hashable, Sendable {
        /// A string; parameters have no other scalar type.
        case text(String)
        /// What `name[]` collects.
        case list([Value])
        /// What `name[key]` collects.
        case object([String: Value])
    }

    /// All parameters by name.
    public var values: [String: Value]

    /// Creates parameters from values.
    ///
    /// - Parameter values: the parameters by name.
    public init(_ values: [String: Value] = [:]) {
        self.values = values
    }

    /// The text of a parameter; nil if there is none of that name, or a list or object.
    ///
    /// - Parameter name: the parameter's name, without brackets.
    public subscript(name: String) -> String? {
        guard case .text(let text) = values[name] else { return nil }
        return text
    }

    /// The value at a path of names.
    ///
    /// - Parameter path: the parameter's name and then the names in brackets: `a[b]` is at `"a", "b"`.
    /// - Returns: nil if there is nothing at the path.
    public func value(at path: String...) -> Value? {
        path.reduce(.object(values)) { value, name in
            guard case .object(let members) = value else { return nil }
            return members[name]
        }
    }

    /// The protocol version the client wants: nil if it does not say, empty if `vsn` is a list or object.
    public var vsn: String? {
        values["vsn"].map { _ in self["vsn"] ?? "" }
    }
}

extension ConnectParams: ExpressibleByDictionaryLiteral {
    /// Creates parameters from values by name.
    ///
    /// - Parameter elements: the parameters; of equal names the last counts.
    public init(dictionaryLiteral elements: (String, Value)...) {
        values = Dictionary(elements, uniquingKeysWith: { $1 })
    }
}

extension ConnectParams.Value: ExpressibleByStringLiteral {
    /// Creates a text.
    ///
    /// - Parameter value: the text.
    public init(stringLiteral value: String) {
        self = .text(value)
    }
}
