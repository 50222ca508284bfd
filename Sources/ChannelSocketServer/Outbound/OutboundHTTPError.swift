/// An answer that is of no use.
struct OutboundHTTPError: Error, Hashable, CustomStringConvertible {
    /// What is wrong with it.
    let description: String

    /// Creates an error.
    init(_ description: String) {
        self.description = description
    }
}
