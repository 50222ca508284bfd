/// What an `Authorization: Bearer` header field carries (RFC 6750).
struct BearerCredentials {
    /// The token or key.
    let token: String

    /// Takes a field's value apart; nil for another scheme.
    init?(_ field: String) {
        let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        token = String(parts[1].drop(while: { $0 == " " }))
    }
}
