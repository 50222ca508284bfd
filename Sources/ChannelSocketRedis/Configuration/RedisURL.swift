/// The text form of a Redis address with credentials and database number.
///
/// - `redis://[[user]:password@]host[:port][/database]`
/// - `unix://[[user]:password@]/path/to/redis.sock[?db=database]`
///
/// Everything but the port may be percent-encoded; a password with `@`, `/`, `?`, `#` or `%` in it must be.
struct RedisURL: Hashable, Sendable {
    /// The port Redis listens on unless told otherwise.
    static let defaultPort = 6379

    /// What fits into `sockaddr_un`.
    #if os(Linux)
    private static let maxSocketPath = 107
    #else
    private static let maxSocketPath = 103
    #endif

    var address: RedisAddress
    var credentials: RedisCredentials?
    var database = 0

    /// Reads a URL.
    ///
    /// - Throws: ``RedisURLError``, which quotes nothing that may belong to a password.
    init(_ text: String) throws(RedisURLError) {
        guard let (scheme, rest) = text.split(at: "://") else {
            throw RedisURLError("must begin with redis:// or unix://")
        }
        switch scheme.lowercased() {
        case "redis": try self.init(redis: rest)
        case "unix", "redis+unix", "redis+socket": try self.init(unix: rest)
        case "rediss":
            throw RedisURLError(
                "rediss:// (TLS) is not supported yet; use redis:// through a TLS tunnel such as stunnel")
        default: throw RedisURLError("must begin with redis:// or unix://")
        }
    }

    private init(redis text: Substring) throws(RedisURLError) {
        let (base, query) = text.split(at: "?") ?? (text, "")
        let (authority, path) = base.split(at: "/") ?? (base, "")
        let (userInfo, hostAndPort) = authority.splitAtLast("@") ?? ("", authority)
        credentials = try Self.credentials(userInfo)
        address = try Self.hostAndPort(hostAndPort)
        if !path.isEmpty { database = try Self.database(path) }
        if let number = try Self.databaseInQuery(query) { database = number }
    }

    private init(unix text: Substring) throws(RedisURLError) {
        let (base, query) = text.split(at: "?") ?? (text, "")
        let (userInfo, path) = base.hasPrefix("/") ? ("", base) : base.split(at: "@") ?? ("", base)
        credentials = try Self.credentials(userInfo)
        let decoded = try Self.decoded(path, "path")
        guard decoded.hasPrefix("/") else {
            throw RedisURLError("unix:// needs an absolute path: unix:///path/to/socket")
        }
        guard decoded.utf8.count <= Self.maxSocketPath, !decoded.utf8.contains(0) else {
            throw RedisURLError("the path of the Unix domain socket is too long or contains a zero byte")
        }
        address = .unixSocket(path: decoded)
        database = try Self.databaseInQuery(query) ?? 0
    }

    private static func credentials(_ userInfo: Substring) throws(RedisURLError) -> RedisCredentials? {
        guard !userInfo.isEmpty else { return nil }
        guard let (user, password) = userInfo.split(at: ":") else {
            throw RedisURLError("what stands before @ must be user:password or :password")
        }
        let username = try decoded(user, "user name")
        return RedisCredentials(
            username: username.isEmpty ? nil : username, password: try decoded(password, "password"))
    }

    private static func hostAndPort(_ text: Substring) throws(RedisURLError) -> RedisAddress {
        var host = text
        var port = Substring()
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw RedisURLError("the IPv6 address has no closing ]") }
            host = text[text.index(after: text.startIndex)..<end]
            port = text[text.index(after: end)...]
            guard port.isEmpty || port.hasPrefix(":") else { throw RedisURLError("only a port may follow the ]") }
            port = port.dropFirst()
        } else if let (name, digits) = text.split(at: ":") {
            (host, port) = (name, digits)
        }
        let name = try decoded(host, "host")
        guard !name.isEmpty, !name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw RedisURLError(
                "the host is missing or contains a space (a password with @ or / in it must be percent-encoded)"
            )
        }
        guard !port.isEmpty else { return .tcp(host: name, port: defaultPort) }
        guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(port), (1...65535).contains(number)
        else {
            throw RedisURLError(
                "the port must be a number from 1 to 65535 (a password with @ or / in it must be percent-encoded)")
        }
        return .tcp(host: name, port: number)
    }

    private static func database(_ text: Substring) throws(RedisURLError) -> Int {
        guard text.utf8.count <= 6, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else {
            throw RedisURLError("the database must be a number (a password with / or ? in it must be percent-encoded)")
        }
        return number
    }

    private static func databaseInQuery(_ query: Substring) throws(RedisURLError) -> Int? {
        guard !query.isEmpty else { return nil }
        guard let (name, value) = query.split(at: "="), name == "db" else {
            throw RedisURLError("the only parameter known is ?db=number")
        }
        return try database(value)
    }

    /// Undoes percent-encoding.
    private static func decoded(_ text: Substring, _ part: String) throws(RedisURLError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else {
                throw RedisURLError("the \(part) contains a % that two hexadecimal digits don't follow")
            }
            bytes.append(high << 4 | low)
        }
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw RedisURLError("the \(part) is not UTF-8")
        }
        return string
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension StringProtocol where SubSequence == Substring {
    /// What stands before and after the first occurrence of a separator; nil if there is none.
    fileprivate func split(at separator: String) -> (Substring, Substring)? {
        guard let range = firstRange(of: separator) else { return nil }
        return (self[..<range.lowerBound], self[range.upperBound...])
    }

    /// What stands before and after the last occurrence of a separator; nil if there is none.
    fileprivate func splitAtLast(_ separator: Character) -> (Substring, Substring)? {
        guard let index = lastIndex(of: separator) else { return nil }
        return (self[..<index], self[self.index(after: index)...])
    }
}
