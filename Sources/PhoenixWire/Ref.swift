/// A message or join reference exactly as the client sent it.
///
/// Phoenix clients use strings, but integers are seen in the wild and the server must return whatever it was
/// given, so a ref is kept as its JSON text. `"1"` and `1` are different refs (Phoenix compares strictly).
public struct Ref: Hashable, Sendable {
    /// The JSON text of the ref: `null`, `"1"` with its quotes, `7`, or any other JSON value.
    public let json: String

    /// The absent ref, JSON `null`.
    public static let null = Ref(json: "null")

    /// Creates a ref from JSON text that has already been validated.
    ///
    /// - Parameter json: one JSON value without surrounding white space.
    public init(json: String) {
        self.json = json
    }

    /// Whether the client sent `null` or nothing.
    public var isNull: Bool { json == "null" }
}
