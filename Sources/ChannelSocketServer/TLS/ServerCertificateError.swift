/// Why a certificate can't be used.
struct ServerCertificateError: Error, Hashable, CustomStringConvertible {
    /// What is wrong, for people; names the file.
    let description: String

    /// Creates an error.
    ///
    /// - Parameter description: what is wrong.
    init(_ description: String) {
        self.description = description
    }
}
