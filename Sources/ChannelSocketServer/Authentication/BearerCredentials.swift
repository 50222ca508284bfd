internal import HTTPTypes
internal import Hummingbird

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

    /// Looks for the field in a request; nil if there is none, or one of another scheme.
    init?(_ request: Request) {
        guard let field = request.headers[.authorization] else { return nil }
        self.init(field)
    }
}
