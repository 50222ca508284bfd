/// What is wrong with a key.
public struct TokenKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A sentence for whoever wrote the configuration; never has parts of the key.
    public let description: String

    /// Creates an error.
    init(_ description: String) {
        self.description = description
    }
}
