/// Which web pages may connect: protects users' sessions from pages of others (cross-site WebSocket hijacking).
///
/// Browsers tell in the `Origin` header field whose page connects, and let any page connect anywhere; a server that
/// knows its users by cookies or by their network has to look at it. Clients that are no browsers send no `Origin` and
/// are not concerned; they could send any.
///
/// A page on the host that the client connected to is allowed, whatever its port and scheme. Where an attacker could
/// have a name of his own point here (DNS rebinding to a server in a private network), turn ``allowsSameHost`` off and
/// name the origins.
///
/// Source: `check_origin` of `Phoenix.Endpoint`; Phoenix compares with the host of its own URL, which is not known here.
public struct OriginCheck: Hashable, Sendable {
    /// Whether it is checked at all; without, every page on the web may connect.
    public var isEnabled: Bool
    /// Whether pages from the host that the request's `Host` names are allowed.
    public var allowsSameHost: Bool
    /// Further origins that are allowed.
    public var allowed: [AllowedOrigin]

    /// Allows every origin.
    public static let off = OriginCheck(isEnabled: false)

    /// Creates a check.
    ///
    /// - Parameters:
    ///   - isEnabled: whether it is checked at all.
    ///   - allowsSameHost: whether pages from the host that the request's `Host` names are allowed.
    ///   - allowed: further origins that are allowed.
    public init(isEnabled: Bool = true, allowsSameHost: Bool = true, allowed: [AllowedOrigin] = []) {
        self.isEnabled = isEnabled
        self.allowsSameHost = allowsSameHost
        self.allowed = allowed
    }

    /// Decides about a request.
    ///
    /// - Parameter request: the request.
    /// - Returns: whether it may go on.
    public func allows(_ request: UpgradeRequest) -> Bool {
        guard isEnabled else { return true }
        let hosts = request.values(of: "host")
        let host = hosts.count == 1 ? hosts.first : nil
        return request.values(of: "origin").allSatisfy { allows(origin: $0, host: host) }
    }

    private func allows(origin text: String, host: String?) -> Bool {
        guard let origin = Origin(text) else { return false }
        if allowsSameHost, let host, let own = Authority(host.lowercased()[...]), own.host == origin.host {
            return true
        }
        return allowed.contains { $0.matches(origin) }
    }
}
