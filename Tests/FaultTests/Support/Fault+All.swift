import ChannelSocketTesting
import Foundation

extension Fault {
    /// Faults of the network between the nodes and Redis.
    static let network: [Fault] = [
        Fault(
            "black hole: packets dropped, no reset", sign: .trouble("no answer"),
            strike: { await $0.proxy.pause() },
            heal: { await $0.proxy.resume() }
        ),
        Fault(
            "500 ms latency", sign: .none,
            strike: { cluster in
                await cluster.proxy.setLatency(.milliseconds(500))
                let marks = cluster.marks
                try await until("delayed messages pass") { cluster.hears(from: marks.map { $0 + 100 }) }
            },
            heal: { await $0.proxy.setLatency(.zero) }
        ),
        Fault(
            "reset in the middle of a reply", sign: .reconnection,
            strike: { await $0.proxy.cut(after: 7, .toClient) }
        ),
        Fault(
            "garbage on the link", sign: .reconnection,
            strike: { await $0.proxy.inject(Array("$-7\r\n\u{0}garbage\r\n*9\r\n".utf8), .toClient) }
        ),
        Fault(
            "subscriber link deaf", sign: .trouble("do not come back"),
            strike: { $0.deafness.isOn = true },
            heal: { $0.deafness.isOn = false }
        ),
        Fault(
            "an HTTP server at the port", sign: .trouble("is this a Redis server?"),
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
            "restart (SIGKILL, data lost)", sign: .trouble("closed by Redis"),
            strike: { await $0.redis.kill() },
            heal: { try await $0.redis.start() }
        ),
        Fault(
            "CLIENT KILL TYPE pubsub", sign: .reconnection,
            strike: { try await $0.redis.command("CLIENT", "KILL", "TYPE", "pubsub") }
        ),
        Fault(
            "output buffer overrun (client-output-buffer-limit pubsub)", sign: .reconnection,
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
            "READONLY (replicaof), master comes back", sign: .trouble("read-only"),
            strike: { try await $0.redis.command("REPLICAOF", "127.0.0.1", "1") },
            heal: { try await $0.redis.command("REPLICAOF", "NO", "ONE") }
        ),
        Fault(
            "READONLY (replicaof), another master at the address", sign: .reconnection, hasSpare: true,
            strike: { cluster in
                // The connections stay, and lead to what is only a replica now.
                if let spare = cluster.spare {
                    await cluster.proxy.redirect(to: .tcp(host: "127.0.0.1", port: spare.port))
                }
                try await cluster.redis.command("REPLICAOF", "127.0.0.1", "1")
            }
        ),
        Fault(
            "OOM (maxmemory, noeviction)", sign: .trouble("out of memory"),
            strike: { try await $0.redis.command("CONFIG", "SET", "maxmemory", "1") },
            heal: { try await $0.redis.command("CONFIG", "SET", "maxmemory", "0") }
        ),
        Fault(
            "NOAUTH: password set while running", sign: .trouble("NOAUTH"),
            strike: { try await $0.change(password: "changed", from: nil) },
            heal: { try await $0.restore(password: "", from: "changed") }
        ),
        Fault(
            "WRONGPASS: password changed while running", sign: .trouble("WRONGPASS"), password: "secret",
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
