/// What whoever reads the figures has to know of them.
package struct BenchmarkNote: Sendable, Codable, Equatable {
    /// What it is about, for machines.
    package enum Kind: String, Sendable, Codable {
        /// The server sent more than what is measured, and the figures have the cost of that in them.
        case unasked
        /// The generator was busy all the time, so that the server may have had less to do than it could.
        case generatorLimit
    }

    /// What it is about.
    package let kind: Kind
    /// The note for people.
    package let text: String
}
