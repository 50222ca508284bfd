/// Why a node's HTTP API did not do what it was asked.
struct APIError: Error, CustomStringConvertible {
    /// What happened, for people.
    let description: String

    /// Creates an error.
    init(_ description: String) {
        self.description = description
    }
}
