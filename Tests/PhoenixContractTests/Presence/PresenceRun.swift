import ChannelSocketTesting
import Foundation

/// One random history of a cluster, the same for the same seed as far as time allows.
struct PresenceRun {
    /// What can happen to nodes and Redis.
    enum Fault: CaseIterable {
        case none, killNode, freezeNode, restartRedis, killClients, pauseClients, flush
    }

    private static let topics = ["presence:one", "presence:two {x}", "presence:three"]

    let seed: UInt64
    private let cluster: PresenceCluster
    private var random: SplitMix
    private var clients: [PresenceClient] = []
    private var frozen: Set<Int> = []
    private var lastName = 0

    init(seed: UInt64, cluster: PresenceCluster) {
        self.seed = seed
        self.cluster = cluster
        random = SplitMix(state: seed)
    }

    /// Lets every fault happen once a round, in random order, and compares after each.
    mutating func run(rounds: Int) async throws {
        for round in 0..<rounds {
            for fault in Fault.allCases.shuffled(using: &random) {
                try await actions(8)
                try await happen(fault)
                try await actions(8)
                try await settle("round \(round) after \(fault)")
                try await cluster.observe()
            }
        }
    }

    private func log(_ text: @autoclosure () -> String) {
        if ProcessInfo.processInfo.environment["PRESENCE_TRACE"] != nil { print(Date().timeIntervalSince1970, text()) }
    }

    // MARK: Clients

    private mutating func actions(_ count: Int) async throws {
        for _ in 0..<count {
            let reachable = clients.filter { !frozen.contains($0.node) }
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5 where clients.count < 40: try await join()
            case 5..<7:
                try await reachable.randomElement(using: &random)?.update()
            case 7:
                guard let client = reachable.randomElement(using: &random) else { continue }
                log("\(client.name) leaves")
                try await client.leave()
                clients.removeAll { $0 === client }
            case 8:
                // Also where the node is frozen and will notice later.
                guard let client = clients.randomElement(using: &random) else { continue }
                log("\(client.name) disconnects")
                await client.disconnect()
                clients.removeAll { $0 === client }
            default: try await Task.sleep(for: .milliseconds(Int.random(in: 1...50, using: &random)))
            }
        }
    }

    private mutating func join() async throws {
        let nodes = cluster.nodes.indices.filter { !frozen.contains($0) }
        guard let node = nodes.randomElement(using: &random) else { return }
        lastName += 1
        let topic = Self.topics[Int.random(in: 0..<3, using: &random)]
        let key = "user \"\(Int.random(in: 0..<5, using: &random))\""
            .replacing("\"", with: "\\\"")
        let client = try await PresenceClient.join(
            "c\(lastName)", topic: topic, key: key, node: node, port: cluster.nodes[node].port
        )
        if let client { clients.append(client) }
    }

    // MARK: Faults

    private mutating func happen(_ fault: Fault) async throws {
        let node = Int.random(in: cluster.nodes.indices, using: &random)
        switch fault {
        case .none: break
        case .killNode: try await killNode(node)
        case .freezeNode:
            cluster.nodes[node].process.send(signal: SIGSTOP)
            frozen.insert(node)
            let end = ContinuousClock.now + .seconds(PresenceCluster.lease * 1.8)
            while ContinuousClock.now < end { try await actions(2) }
            cluster.nodes[node].process.send(signal: SIGCONT)
            frozen.remove(node)
        case .restartRedis:
            await cluster.redis.kill()
            try await actions(2)
            try await cluster.redis.start()
        case .killClients:
            for type in ["normal", "pubsub"].shuffled(using: &random) {
                try await cluster.redis.command("CLIENT", "KILL", "TYPE", type)
            }
        case .pauseClients: try await cluster.redis.command("CLIENT", "PAUSE", "800")
        case .flush: try await cluster.redis.command("FLUSHALL")
        }
    }

    /// Kills a node when all is quiet, and looks how long its members stay.
    private mutating func killNode(_ node: Int) async throws {
        try await settle("before a kill")
        let killed = clients.filter { $0.node == node }
        clients.removeAll { $0.node == node }
        let start = ContinuousClock.now
        try await cluster.replace(node)
        let names = Set(killed.map(\.name))
        let limit = Duration.seconds(PresenceCluster.lease + 3)
        while clients.contains(where: { $0.model.members.values.contains { names.contains($0.client) } }) {
            guard ContinuousClock.now - start < limit else {
                throw failure("the members of a killed node are still there after \(limit)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    // MARK: Invariants

    /// Waits until nothing changes any more, and compares all that is known about all topics.
    private func settle(_ moment: String) async throws {
        let deadline = ContinuousClock.now + .seconds(PresenceCluster.lease + 13)
        var problems = ["not looked"]
        while !problems.isEmpty {
            problems = try await self.problems()
            guard !problems.isEmpty else { break }
            guard ContinuousClock.now < deadline else {
                throw failure("\(moment):\n  " + problems.joined(separator: "\n  "))
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        let violations = clients.flatMap { client in client.model.violations.map { "\(client.name): \($0)" } }
        guard violations.isEmpty else { throw failure("\(moment): \(violations)") }
        guard cluster.repetitions.isEmpty else { throw failure("\(moment): \(cluster.repetitions)") }
    }

    private func problems() async throws -> [String] {
        var problems: [String] = []
        for client in clients {
            if let problem = client.problem { problems.append("\(client.name): \(problem)") }
        }
        for topic in Self.topics {
            let here = clients.filter { $0.topic == topic }
            let (members, disagreements) = try await cluster.members(of: topic)
            problems += disagreements
            let stored = members.values.map(\.description).sorted()
            let expected = here.map(\.unescaped.description).sorted()
            if stored != expected { problems.append("\(topic): Redis has \(stored)\n    instead of \(expected)") }
            for client in here where client.model.members != members {
                let seen = client.model.members.values.map(\.description).sorted()
                problems.append("\(topic): \(client.name) on node \(client.node) sees \(seen), Redis has \(stored)")
            }
        }
        return problems
    }

    private func failure(_ message: String) -> TestingError {
        TestingError(.unexpected, "seed \(seed) (set PRESENCE_SEED=\(seed) to repeat): \(message)")
    }
}

extension PresenceModel.Member: CustomStringConvertible {
    var description: String { "\(key)/\(client)#\(number)" }
}

extension PresenceClient {
    /// The member with its key as it is, not as JSON wants it.
    fileprivate var unescaped: PresenceModel.Member {
        var member = member
        member.key = member.key.replacing("\\\"", with: "\"")
        return member
    }
}

/// A small random generator that starts from a seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
