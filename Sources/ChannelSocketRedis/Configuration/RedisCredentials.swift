/// A user name and a password that no print, log or dump of theirs reveals.
public struct RedisCredentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The user (Redis 6 and later), nil for the default user.
    public var username: String?
    /// The password.
    public var password: String

    /// Creates credentials.
    public init(username: String? = nil, password: String) {
        self.username = username
        self.password = password
    }

    /// The user name and stars.
    public var description: String { "\(username ?? ""):***" }

    /// The user name and stars.
    public var debugDescription: String { description }

    /// Shows no password to `dump` either.
    public var customMirror: Mirror { Mirror(self, children: ["username": username as Any, "password": "***"]) }
}
