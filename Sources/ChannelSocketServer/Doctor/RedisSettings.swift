/// How Redis is configured, as far as nodes mind: the answer to `CONFIG GET`.
struct RedisSettings: Hashable, Sendable {
    /// The parameters to ask for.
    static let names = ["maxmemory", "maxmemory-policy", "client-output-buffer-limit"]

    private let values: [String: String]

    /// Takes the parameters.
    init(_ values: [String: String]) {
        self.values = values
    }

    /// Judges what happens when Redis is full.
    var memory: DoctorFinding {
        let check = "Redis memory"
        guard let limit = values["maxmemory"].flatMap(Int.init), let policy = values["maxmemory-policy"] else {
            return DoctorFinding(check, .unknown, "CONFIG GET maxmemory is not allowed")
        }
        guard limit > 0 else { return DoctorFinding(check, .ok, "no maxmemory") }
        let size = "maxmemory \(Self.megabytes(limit))"
        guard policy != "noeviction" else { return DoctorFinding(check, .ok, "\(size), noeviction") }
        return DoctorFinding(
            check, .warning, "\(size), \(policy): when it is full Redis forgets who is present",
            advice: "CONFIG SET maxmemory-policy noeviction, and in redis.conf"
        )
    }

    /// Judges how far a node may be behind before Redis cuts it off.
    var outputBuffer: DoctorFinding {
        let check = "Redis output buffer"
        let words = values["client-output-buffer-limit"]?.split(separator: " ") ?? []
        guard let start = words.firstIndex(of: "pubsub"), words.count >= start + 4,
            let hard = Int(words[start + 1]), let soft = Int(words[start + 2])
        else { return DoctorFinding(check, .unknown, "CONFIG GET client-output-buffer-limit is not allowed") }
        let limits =
            "a node may be \(hard == 0 ? "any amount" : Self.megabytes(hard)) behind, "
            + (soft == 0 ? "for any time" : "\(Self.megabytes(soft)) for \(words[start + 3]) s")
        let wanted = 32 << 20
        guard hard != 0, hard < wanted else { return DoctorFinding(check, .ok, limits) }
        return DoctorFinding(
            check, .warning, "\(limits): bursts will cut nodes off",
            advice: "CONFIG SET client-output-buffer-limit \"pubsub 67108864 33554432 60\", and in redis.conf"
        )
    }

    private static func megabytes(_ bytes: Int) -> String {
        bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes) bytes"
    }
}
