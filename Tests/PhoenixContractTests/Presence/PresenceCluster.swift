import ChannelSocketTesting
import Foundation

/// Several contract servers on one Redis.
final class PresenceCluster {
    static let lease = 2.0

    let redis: RedisServer
    private(set) var nodes: [ContractServer] = []
    private var observer: ChildProcess?
    /// Writes down all that Redis is told, into the file `PRESENCE_TRACE`.
    private var tracer: ChildProcess?
    private var observed: [String] = []

    init(redis: RedisServer, nodes count: Int) async throws {
        self.redis = redis
        if let file = ProcessInfo.processInfo.environment["PRESENCE_TRACE"], let shell = ChildProcess.find("sh") {
            let loop = "while sleep 0.05; do redis-cli -p \(redis.port) MONITOR; done > \(file) 2>/dev/null"
            tracer = try ChildProcess(executable: shell, arguments: ["-c", loop])
        }
        for _ in 0..<count { nodes.append(try await startNode()) }
        try await observe()
    }

    private func startNode() async throws -> ContractServer {
        try await ContractServer.start(arguments: ["--redis", redis.url, "--presence-lease", "\(Self.lease)"])
    }

    /// Kills a node and starts another one in its place.
    func replace(_ node: Int) async throws {
        nodes[node].process.send(signal: SIGKILL)
        nodes[node] = try await startNode()
    }

    func stop() async throws {
        for node in nodes { node.process.send(signal: SIGKILL) }
        observer?.send(signal: SIGKILL)
        tracer?.send(signal: SIGKILL)
    }

    // MARK: What is published

    /// Listens to all that is published, again if Redis has ended it.
    func observe() async throws {
        if let observer {
            guard !observer.isRunning else { return }
            observed += observer.lines
        }
        guard let program = ChildProcess.find("redis-cli") else { throw TestingError(.unusable, "no redis-cli") }
        observer = try ChildProcess(
            executable: program, arguments: ["-p", "\(redis.port)", "PSUBSCRIBE", "channels:presence:*"]
        )
    }

    /// Refs that joined or left more than once in one epoch of their topic.
    var repetitions: [String] {
        var seen: Set<String> = []
        var repeated: [String] = []
        let prefix = "cs1 @presence - "
        for line in observed + (observer?.lines ?? []) where line.hasPrefix(prefix) {
            guard let message = try? JSONValue(parsing: String(line.dropFirst(prefix.count))),
                let topic = message[2]?.stringValue, let epoch = message[4]?["e"]?.stringValue
            else { continue }
            for what in ["joins", "leaves"] {
                for entry in message[4]?[what]?.arrayValue ?? [] {
                    let event = "\(what) of \(entry[0]?.stringValue ?? "?") in \(topic) epoch \(epoch)"
                    if !seen.insert(event).inserted { repeated.append(event) }
                }
            }
        }
        return repeated
    }

    // MARK: What Redis holds

    /// The members of a topic by ref, and what does not agree in its keys.
    func members(of topic: String) async throws -> (members: [String: PresenceModel.Member], problems: [String]) {
        let base = "cs:{\(topic.replacing("{", with: "%7B").replacing("}", with: "%7D"))}:"
        var members: [String: PresenceModel.Member] = [:]
        var owners: [String: Int] = [:]
        var counts: [String: Int] = [:]
        for (ref, value) in try await hash(base + "p") {
            let parts = value.split(separator: "\t", maxSplits: 3).map(String.init)
            guard parts.count == 4 else { return ([:], ["\(topic): malformed member \(value)"]) }
            let key = try JSONValue(parsing: parts[2]).stringValue ?? ""
            members[ref] = PresenceModel.member(key, try JSONValue(parsing: parts[3]))
            owners[parts[0], default: 0] += 1
            counts[parts[2], default: 0] += 1
        }
        var problems: [String] = []
        let stored = try await hash(base + "k").mapValues { Int($0) ?? -1 }
        if stored != counts { problems.append("\(topic): counts \(stored) are not \(counts)") }
        let ownersStored = try await hash(base + "w").mapValues { Int($0) ?? -1 }
        if ownersStored != owners { problems.append("\(topic): owners \(ownersStored) are not \(owners)") }
        for key in try await redis.command("KEYS", "\(base)o:*").split(separator: "\n").map(String.init) {
            let size = Int(try await redis.command("SCARD", key)) ?? -1
            let owner = String(key.dropFirst(base.count + 2))
            if size != owners[owner] ?? 0 { problems.append("\(key) has \(size), not \(owners[owner] ?? 0)") }
        }
        return (members, problems)
    }

    private func hash(_ key: String) async throws -> [String: String] {
        let lines = try await redis.command("HGETALL", key)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var hash: [String: String] = [:]
        for index in stride(from: 0, to: lines.count - 1, by: 2) { hash[lines[index]] = lines[index + 1] }
        return hash
    }
}
