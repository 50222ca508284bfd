#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What a verified token says about a client.
///
/// A socket carries them in its assigns under ``assign``; whatever reads them may rely on them.
public struct AuthenticatedClaims: Hashable, Sendable {
    /// The name under which a socket's assigns have the claims.
    public static let assign = "claims"

    /// Whom the token is about, its `sub` claim.
    public var subject: String?
    /// When the token ends, its `exp` claim.
    public var expiry: Date?
    /// All claims by name.
    public var values: [String: ClaimValue]

    /// Creates claims.
    ///
    /// - Parameters:
    ///   - subject: whom the token is about.
    ///   - expiry: when it ends; nil for never.
    ///   - values: all claims, those two included if the token has them.
    public init(subject: String? = nil, expiry: Date? = nil, values: [String: ClaimValue] = [:]) {
        self.subject = subject
        self.expiry = expiry
        self.values = values
    }

    /// Looks a claim up.
    ///
    /// - Parameter path: the claim's name; names of members of an object follow after dots, as in `app.rooms`. A claim
    ///   with that very name comes first, since names such as `https://example.com/rooms` have dots themselves.
    /// - Returns: nil if the token does not have it.
    public func value(at path: String) -> ClaimValue? {
        if let value = values[path] { return value }
        let names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard names.count > 1 else { return nil }
        return names.dropFirst().reduce(values[names[0]]) { value, name in value?[name] }
    }
}
