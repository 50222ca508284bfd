/// What the socket ids of authenticated clients look like: `users_socket:{sub}`.
struct SocketIDTemplate {
    private let template: String

    /// Creates a template; `{PATH}` stands for the claim at the path.
    init(_ template: String) {
        self.template = template
    }

    /// The socket id; nil for an empty template.
    ///
    /// - Throws: ``TokenError`` if a claim is missing, or is no string, number or bool.
    func id(for claims: AuthenticatedClaims) throws(TokenError) -> String? {
        var id = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let path = String(rest[rest.index(after: open)..<close])
            guard let text = claims.value(at: path)?.text else {
                throw TokenError(.wrongClaim, "token has no \(path) for the socket id")
            }
            id += rest[..<open] + text
            rest = rest[rest.index(after: close)...]
        }
        id += rest
        return id.isEmpty ? nil : id
    }
}
