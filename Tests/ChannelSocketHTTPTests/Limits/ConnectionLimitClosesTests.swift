import ChannelSocket
import ChannelSocketHTTP
import NIOCore
import ServiceLifecycle
import Testing

/// Holds docs/limits.md against the server: the connections that have to wait or to make room.
///
/// With few places new connections may wait a little for those before them, as they are accepted on one event loop and
/// served on another: how often that is counted nobody can say.
@Suite("Connections at limits", .timeLimit(.minutes(3)))
struct ConnectionLimitClosesTests {
    private static func limits(_ change: (inout ConnectionLimits) -> Void) -> MountedHTTPChannel.Configuration {
        var limits = ConnectionLimits()
        change(&limits)
        return MountedHTTPChannel.Configuration(connections: limits)
    }

    @Test("are refused when all others are being served")
    func allServed() async throws {
        let counts = ["connections_over_limit": 1]
        try DocumentedLimit("the same, when all").expect(code: "503", texts: ["too many connections"], counts: counts)
        try await withLimitedServer(http: Self.limits { $0.maxOthers = 1 }) { server in
            try await RawClient.connect(server.port) { served in
                try await served.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
                await server.gate.waitForVisitor()
                let answer = try await RawClient.exchange(server.port, "")
                #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
                #expect(answer.contains("\r\nretry-after: 5\r\n"))
                #expect(answer.hasSuffix("\r\n\r\ntoo many connections"))
                server.gate.open()
                _ = try await served.receive(through: "\r\n\r\nslow")
            }
            try await server.expect(counts: counts, besides: ["accept_pauses"])
        }
    }

    @Test("make room if they have asked for nothing")
    func displacedHandshake() async throws {
        let row = try DocumentedLimit("`maxOthers`")
        #expect(row.answer.contains("closed"))
        #expect(row.counters.contains("displaced_handshakes"))
        try await withLimitedServer(http: Self.limits { $0.maxOthers = 1 }) { server in
            try await withThrowingTaskGroup(of: String.self) { silent in
                for _ in 0..<2 {
                    silent.addTask { try await RawClient.connect(server.port) { try await $0.receiveAll() } }
                }
                // Which of the two is the older one depends on their event loops.
                #expect(try await silent.next() == "")
                try await server.expect(counts: ["displaced_handshakes": 1], besides: ["accept_pauses"])
                silent.cancelAll()
            }
        }
    }

    @Test("make room if they ask for nothing more")
    func displacedConnection() async throws {
        let row = try DocumentedLimit("`maxOthers`")
        #expect(row.counters.contains("displaced_connections"))
        try await withLimitedServer(http: Self.limits { $0.maxOthers = 1 }) { server in
            try await RawClient.connect(server.port) { older in
                try await older.get(1)
                try await RawClient.connect(server.port) { newer in try await newer.get(1) }
                #expect(try await older.receiveAll() == "")
            }
            try await server.expect(counts: ["displaced_connections": 1], besides: ["accept_pauses"])
        }
    }

    @Test(
        "are closed if they do not read their answer, when time is up or to make room",
        arguments: ["unread_answers", "displaced_connections"])
    func unread(counter: String) async throws {
        let row = try DocumentedLimit("the same, with an answer")
        #expect(row.answer.contains("closed"))
        #expect(row.counters.contains(counter))
        let makesRoom = counter == "displaced_connections"
        var http = Self.limits { if makesRoom { $0.maxOthers = 1 } }
        if !makesRoom { http.http1 = MountedHTTPChannel.Configuration.http1(idleTimeout: .milliseconds(300)) }
        try await withLimitedServer(http: http) { server in
            try await RawClient.connect(server.port) { client in
                try await client.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
                // The answer has begun, and is more than fits in between.
                _ = try await client.receive(through: "\r\n\r\nx")
                if makesRoom {
                    try await RawClient.connect(server.port) { newer in try await newer.get(1) }
                } else {
                    try await waitUntil { server.statistics[.unreadAnswers] > 0 }
                }
                #expect(try await client.receiveAll().utf8.count < 32 << 20)
            }
            try await server.expect(counts: [counter: 1], besides: makesRoom ? ["accept_pauses"] : [])
        }
    }

    @Test("are closed in a shutdown if their answer takes too long")
    func drained() async throws {
        let counts = ["drained_requests": 1]
        try DocumentedLimit("`drainTimeout`").expect(code: "closed", counts: counts)
        let http = MountedHTTPChannel.Configuration(drainTimeout: .milliseconds(200))
        try await withLimitedServer(http: http) { server in
            try await RawClient.connect(server.port) { client in
                try await client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
                await server.gate.waitForVisitor()
                await server.services.triggerGracefulShutdown()
                #expect(try await client.receiveAll() == "")
            }
            #expect(server.counted == counts)
        }
    }

    @Test("wait in the backlog if they come too fast, and are served")
    func pauses() async throws {
        try DocumentedLimit("`acceptsPerSecond`").expect(code: "waits in the backlog", counts: ["accept_pauses": 1])
        let http = Self.limits {
            $0.acceptsPerSecond = 10
            $0.acceptBurst = 1
        }
        try await withLimitedServer(http: http) { server in
            for _ in 0..<3 {
                try await RawClient.connect(server.port) { client in try await client.get(1) }
            }
            #expect(server.statistics[.acceptPauses] > 0)
            try await server.expect(counts: [:], besides: ["accept_pauses"])
        }
    }
}
