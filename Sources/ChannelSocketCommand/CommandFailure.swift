/// Why a command could not do what it was asked.
struct CommandFailure: Error, CustomStringConvertible {
    /// What happened, for people.
    let description: String

    /// Creates an error.
    init(_ description: String) {
        self.description = description
    }
}
