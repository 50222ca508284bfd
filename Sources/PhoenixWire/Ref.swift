/// A message or join reference exactly as the client sent it.
///
/// Phoenix clients use strings, but integers are seen in the wild and the server must return whatever it was
/// given, so a ref is kept as its JSON text. `"1"` and `1` are different refs (Phoenix compares strictly). A string
/// is kept without needless escapes, so that equal strings are equal refs however they were written.
public struct Ref: Hashable, Sendable {
    /// The JSON text of the ref: `null`, `"1"` with its quotes, `7`, or any other JSON value.
    public let json: String

    /// The absent ref, JSON `null`.
    public static let null = Ref(json: "null")

    /// Creates a ref from JSON text that has already been validated.
    ///
    /// - Parameter json: one JSON value without surrounding white space; a string without needless escapes.
    public init(json: String) {
        self.json = json
    }

    /// Creates a ref that is a JSON string.
    ///
    /// - Parameter string: the string itself, without quotes.
    public init(string: String) {
        json = JSONString.encode(string)
    }

    /// Whether the client sent `null` or nothing.
    public var isNull: Bool { json == "null" }

    /// The string itself if the ref is a JSON string, else nil.
    public var stringValue: String? {
        var json = json
        return json.withUTF8 { utf8 in
            guard utf8.count >= 2, utf8.first == UInt8(ascii: "\"") else { return nil }
            return JSONString.text(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(utf8)[1..<utf8.count - 1]))
        }
    }

    /// Whether two refs are the same bytes; strings that Unicode merely calls equivalent are different refs.
    public static func == (left: Ref, right: Ref) -> Bool {
        left.json.hasSameBytes(as: right.json)
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        var json = json
        json.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
