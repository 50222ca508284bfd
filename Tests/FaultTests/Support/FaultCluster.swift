import ChannelSocketRedis
import ChannelSocketTesting
import Testing

/// Two nodes on one Redis, with a proxy between it and them, and a client on each.
struct FaultCluster: Sendable {
    let redis: RedisServer
    /// A Redis to fail over to.
    let spare: RedisServer?
    let proxy: FaultProxy
    /// What can take the proxy's place, to answer nobody.
    let backlog = FullBacklog()
    let deafness: DeafSubscriberFilter.Switch
    let nodes: [FaultNode]
    let ports: [Int]
    let listeners: [Listener]

    /// Runs a cluster, with traffic both ways, while a closure does something to it.
    ///
    /// - Returns: the cluster, in which all messages have arrived that ever will, and what the closure returned.
    static func run<Result: Sendable>(
        for fault: Fault, _ body: @escaping @Sendable (FaultCluster) async throws -> Result
    ) async throws -> (FaultCluster, Result) {
        let spare = fault.hasSpare ? try await RedisServer.start() : nil
        return try await RedisServer.withServer(password: fault.password) { redis in
            let proxy = try await FaultProxy.start(to: .tcp(host: "127.0.0.1", port: redis.port))
            let deafness = DeafSubscriberFilter.Switch()
            await proxy.setFilter(.toClient) { DeafSubscriberFilter(deafness) }
            let url = "redis://\(fault.password.map { ":\($0)@" } ?? "")127.0.0.1:\(proxy.port)"
            let (alpha, beta) = (try FaultNode("alpha", redis: url), try FaultNode("beta", redis: url))
            return try await alpha.serve { alphaPort in
                try await beta.serve { betaPort in
                    for node in [alpha, beta] { try await until("\(node.name) is healthy") { node.trouble == nil } }
                    let cluster = FaultCluster(
                        redis: redis, spare: spare, proxy: proxy, deafness: deafness, nodes: [alpha, beta],
                        ports: [alphaPort, betaPort],
                        listeners: [
                            try await Listener(user: "ann", port: alphaPort),
                            try await Listener(user: "bob", port: betaPort),
                        ]
                    )
                    return (cluster, try await cluster.runTraffic { try await body(cluster) })
                }
            }
        }
    }

    private func runTraffic<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { listening in
            defer { listening.cancelAll() }
            for listener in listeners { listening.addTask { await listener.run() } }
            let result = try await withThrowingTaskGroup(of: Void.self) { publishing in
                defer { publishing.cancelAll() }
                for node in nodes { publishing.addTask { await node.publish() } }
                try await until("messages pass") { hears(from: [0, 0]) }
                return try await body()
            }
            // What was published is on its way, confirmed or not; one more message each, and nothing else can come.
            for node in nodes { await node.publishUntilConfirmed() }
            let last = marks
            try await until("the last messages arrive") { hears(from: last.map { $0 - 1 }) }
            return result
        }
    }

    /// How many messages each node has published.
    var marks: [Int] { nodes.map(\.published.sent) }

    /// Whether each client has got some message from each node beyond some marks.
    func hears(from marks: [Int]) -> Bool {
        listeners.allSatisfy { listener in
            zip(nodes, marks).allSatisfy { node, mark in listener.account(of: node.name).last > mark }
        }
    }

    /// How often links had to be made anew.
    var reconnects: [UInt64] { nodes.map(\.adapter.statistics.reconnects) }

    /// How often nodes were cut off from what the others published.
    var gaps: [UInt64] { nodes.map(\.adapter.statistics.gaps) }
}

/// Waits for a condition, thirty seconds at most.
func until(_ what: @autoclosure () -> String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw TestingError(.timeout, "waited until \(what())") }
        try await Task.sleep(for: .milliseconds(2))
    }
}
