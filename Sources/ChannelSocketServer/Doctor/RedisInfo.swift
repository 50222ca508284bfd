/// What Redis says about itself: the lines of `INFO`.
struct RedisInfo: Hashable, Sendable {
    private let fields: [Substring: Substring]

    /// Parses the answer to `INFO`.
    init(_ text: String) {
        let pairs = text.split(whereSeparator: \.isNewline).compactMap { line -> (Substring, Substring)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon], line[line.index(after: colon)...])
        }
        fields = Dictionary(pairs) { first, _ in first }
    }

    /// A field.
    subscript(name: String) -> String? { fields[name[...]].map(String.init) }

    /// Judges the version, of Redis or of Valkey.
    var version: DoctorFinding {
        let check = "Redis version"
        if let valkey = self["valkey_version"] { return DoctorFinding(check, .ok, "Valkey \(valkey)") }
        guard let version = self["redis_version"] else {
            return DoctorFinding(check, .unknown, "it does not tell its version")
        }
        let numbers = version.split(separator: ".").map { Int($0) ?? 0 }
        guard numbers.lexicographicallyPrecedes([6, 2]) else { return DoctorFinding(check, .ok, "Redis \(version)") }
        return DoctorFinding(
            check, .failure, "Redis \(version) is too old for presence",
            advice: "use Redis 6.2 or later, or Valkey; without presence 5.0 will do"
        )
    }

    /// Judges whether it is the one to write to.
    var role: DoctorFinding {
        let check = "Redis role"
        if self["cluster_enabled"] == "1" {
            return DoctorFinding(
                check, .failure, "it is a node of a Redis Cluster", advice: "use a Redis that is no cluster"
            )
        }
        switch self["role"] {
        case "master": return DoctorFinding(check, .ok, "primary")
        case let role?:
            return DoctorFinding(
                check, .failure, "it is a replica (\(role)) and takes no writes",
                advice: "give the address of its primary, \(self["master_host"] ?? "?"):\(self["master_port"] ?? "?")"
            )
        case nil: return DoctorFinding(check, .unknown, "it does not tell its role")
        }
    }

    /// Judges whether there is room for more nodes.
    var clients: DoctorFinding {
        let check = "Redis clients"
        guard let connected = self["connected_clients"].flatMap(Int.init) else {
            return DoctorFinding(check, .unknown, "it does not tell how many clients it has")
        }
        guard let limit = self["maxclients"].flatMap(Int.init) else {
            return DoctorFinding(check, .ok, "\(connected) connected")
        }
        guard connected + 20 > limit else { return DoctorFinding(check, .ok, "\(connected) of \(limit)") }
        return DoctorFinding(
            check, .warning, "\(connected) of at most \(limit); each node needs 2",
            advice: "raise it: CONFIG SET maxclients 10000, and in redis.conf"
        )
    }
}
