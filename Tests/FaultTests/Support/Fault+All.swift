import ChannelSocketRedis
import ChannelSocketTesting
import Foundation

extension Fault {
    /// All of them, in the order of the table.
    static let all = network + redis

    /// Nothing hangs: the first attempts to connect come after 0.1 s, and presence looks after itself every second.
    private static let atOnce = Duration.seconds(5)
    /// The longest pause between two attempts to connect (2 s), a connect and a handshake that hang from before (5 s
    /// each), then the same as if nothing had hung (5 s).
    private static let afterAnAttempt = Duration.seconds(17)
    /// A probe that was lost (5 s after at most 5 s), an attempt to connect, and a probe that comes back (after 5 s).
    private static let afterProbes = Duration.seconds(20)
    /// Another master is looked for every 10 s; then as if nothing had hung (5 s).
    private static let afterReadOnly = Duration.seconds(15)

    /// Faults of the network between the nodes and Redis.
    static let network: [Fault] = [
        Fault(
            "black hole: data dropped on open connections, new ones open but stay mute", sign: .cutOff("no answer"),
            within: afterAnAttempt, hasGap: nil,
            strike: { await $0.proxy.pause() },
            heal: { await $0.proxy.resume() }
        ),
        Fault(
            "black hole: the same, and new connections are not answered either (connect timeout)",
            sign: .cutOff("cannot connect: no answer within"), within: afterAnAttempt, hasGap: nil,
            strike: { cluster in
                await cluster.proxy.pause()
                await cluster.proxy.refuseConnections()
                try await cluster.backlog.occupy(port: cluster.proxy.port)
            },
            heal: { cluster in
                try await cluster.backlog.leave()
                try await cluster.proxy.acceptConnections()
                await cluster.proxy.resume()
            }
        ),
        Fault(
            "500 ms latency", sign: .none, within: atOnce, hasGap: false,
            strike: { cluster in
                await cluster.proxy.setLatency(.milliseconds(500))
                let marks = cluster.marks
                try await until("delayed messages pass both ways") { cluster.hears(from: marks.map { $0 + 100 }) }
                for node in cluster.nodes {
                    // Half a second to Redis, and half a second back.
                    try await until("a probe of \(node.name) comes back late") {
                        node.adapter.statistics.lastProbeRoundTrip >= .seconds(1)
                    }
                }
            },
            heal: { await $0.proxy.setLatency(.zero) }
        ),
        Fault(
            "reset in the middle of a reply", sign: .reconnection, within: atOnce,
            strike: { await $0.proxy.cut(after: 7, .toClient) }
        ),
        Fault(
            "garbage on the link", sign: .reconnection, within: atOnce,
            strike: { await $0.proxy.inject(Array("$-7\r\n\u{0}garbage\r\n*9\r\n".utf8), .toClient) }
        ),
        Fault(
            "subscriber link deaf", sign: .cutOff("do not come back"), within: afterProbes,
            strike: { $0.deafness.isOn = true },
            heal: { $0.deafness.isOn = false }
        ),
        Fault(
            "an HTTP server at the port", sign: .cutOff("is this a Redis server?"), within: afterAnAttempt,
            strike: { cluster in
                await cluster.proxy.redirect(to: .tcp(host: "127.0.0.1", port: cluster.ports[0]))
                await cluster.proxy.endConnections(.close)
            },
            heal: { await $0.proxy.redirect(to: .tcp(host: "127.0.0.1", port: $0.redis.port)) }
        ),
    ]

    /// Faults of Redis itself.
    static let redis: [Fault] = [
        Fault(
            "restart (SIGKILL, data lost)", sign: .cutOff("closed by Redis"), within: afterAnAttempt,
            strike: { await $0.redis.kill() },
            heal: { try await $0.redis.start() }
        ),
        Fault(
            "CLIENT KILL TYPE pubsub", sign: .reconnection, within: atOnce,
            strike: { try await $0.redis.command("CLIENT", "KILL", "TYPE", "pubsub") }
        ),
        Fault(
            "output buffer overrun (client-output-buffer-limit pubsub)", sign: .reconnection, within: atOnce,
            strike: { cluster in
                let limit = ["CONFIG", "SET", "client-output-buffer-limit"]
                try await cluster.redis.command(limit + ["pubsub 256kb 0 0"])
                let flood = """
                    for i = 1, 20 do redis.call('PUBLISH', 'channels:\(FaultNode.topic)', \
                    '{"event":"noise","payload":{"x":"' .. string.rep('x', 200000) .. '"}}') end
                    """
                try await cluster.redis.command("EVAL", flood, "0")
                try await cluster.redis.command(limit + ["pubsub 32mb 8mb 60"])
            }
        ),
        Fault(
            "READONLY (replicaof), master comes back", sign: .stalePresence("read-only"), within: afterReadOnly,
            strike: { try await $0.redis.command("REPLICAOF", "127.0.0.1", "1") },
            heal: { try await $0.redis.command("REPLICAOF", "NO", "ONE") }
        ),
        Fault(
            "READONLY (replicaof), another master at the address", sign: .reconnection, within: afterReadOnly,
            hasSpare: true,
            strike: { cluster in
                // The connections stay, and lead to what is only a replica now.
                if let spare = cluster.spare {
                    await cluster.proxy.redirect(to: .tcp(host: "127.0.0.1", port: spare.port))
                }
                try await cluster.redis.command("REPLICAOF", "127.0.0.1", "1")
            }
        ),
        Fault(
            "OOM (maxmemory, noeviction)", sign: .stalePresence("out of memory"), within: atOnce, hasGap: false,
            strike: { try await $0.redis.command("CONFIG", "SET", "maxmemory", "1") },
            heal: { try await $0.redis.command("CONFIG", "SET", "maxmemory", "0") }
        ),
        Fault(
            "NOAUTH: password set while running", sign: .cutOff("NOAUTH"), within: afterAnAttempt,
            strike: { try await $0.change(password: "changed", from: nil) },
            heal: { try await $0.restore(password: "", from: "changed") }
        ),
        Fault(
            "WRONGPASS: password changed while running", sign: .cutOff("WRONGPASS"), within: afterAnAttempt,
            password: "secret",
            strike: { try await $0.change(password: "changed", from: "secret") },
            heal: { try await $0.restore(password: "secret", from: "changed") }
        ),
    ]
}

extension FaultCluster {
    /// Changes Redis' password and ends the connections that knew the old one.
    fileprivate func change(password: String, from old: String?) async throws {
        try await redis.command(login(old) + ["CONFIG", "SET", "requirepass", password])
        for type in ["normal", "pubsub"] {
            try await redis.command(login(password) + ["CLIENT", "KILL", "TYPE", type])
        }
    }

    fileprivate func restore(password: String, from changed: String) async throws {
        try await redis.command(login(changed) + ["CONFIG", "SET", "requirepass", password])
    }

    private func login(_ password: String?) -> [String] {
        password.map { ["--no-auth-warning", "-a", $0] } ?? []
    }
}
