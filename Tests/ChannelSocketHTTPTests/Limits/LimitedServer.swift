import ChannelSocket
import ChannelSocketHTTP
import ChannelSocketTesting
import Hummingbird
import NIOCore
import PhoenixWire
import ServiceLifecycle
import Testing

/// A server with limits that a test reaches, and a client beside the one that goes too far.
struct LimitedServer: Sendable {
    let port: Int
    let services: ServiceGroup
    let endpoint: Endpoint
    /// What `/slow` and the connect callback with `connect=hang` wait for.
    let gate: Gate
    /// Has joined `room:other`, and must not notice what happens to others.
    let other: TestPhoenixClient

    var statistics: NodeStatistics { endpoint.pubSub.statistics }

    /// What has been counted, by the names of docs/limits.md.
    var counted: [String: Int] {
        let counts = NodeStatistics.Drop.allCases.map { drop in (drop.description, statistics[drop]) }
        return Dictionary(uniqueKeysWithValues: counts).filter { $0.value > 0 }
    }

    func connect(_ version: TestPhoenixClient.Version = .v2, query: String = "") async throws -> TestPhoenixClient {
        try await TestPhoenixClient.connect(port: port, mount: "/ws", version: version, query: query)
    }

    /// Expects that the other client is served as ever, and that nothing but this was counted.
    ///
    /// - Parameters:
    ///   - counts: how often what was counted.
    ///   - uncertain: counters that may have counted as often as they like.
    ///   - sourceLocation: where it is expected.
    func expect(
        counts: [String: Int], besides uncertain: Set<String> = [], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let reply = try await other.call("room:other", "echo")
        #expect(reply.status == "ok", sourceLocation: sourceLocation)
        let counted = counted.filter { !uncertain.contains($0.key) }
        #expect(counted == counts, sourceLocation: sourceLocation)
    }
}

/// Runs a server with limits of sockets and of connections.
///
/// - Parameters:
///   - configuration: the limits of sockets.
///   - http: the limits of connections.
///   - maxBacklogBytes: the bytes of broadcasts that may wait for an event loop.
///   - body: reaches the limits.
func withLimitedServer(
    _ configuration: Endpoint.Configuration = .init(),
    http: MountedHTTPChannel.Configuration = .init(),
    maxBacklogBytes: Int = 256 << 20,
    _ body: @escaping @Sendable (LimitedServer) async throws -> Void
) async throws {
    let gate = Gate()
    let connect: Endpoint.Connect = { request in
        switch request.params["connect"] {
        case "refuse": return .refuse
        case "deny": return .deny(status: 401, reason: "who are you?")
        case "expire": return .accept(lifetime: .seconds(1))
        case "hang": await gate.wait()
        default: break
        }
        return .accept()
    }
    var presence = PresenceConfiguration()
    presence.maxMembersPerTopic = 1
    let pubSub = PubSub(adapter: PartialAdapter(), maxBacklogBytes: maxBacklogBytes)
    let store = MemoryPresenceStore(configuration: presence)
    let endpoint = Endpoint(
        "/ws", pubSub: pubSub, presence: Presence(pubSub: pubSub, store: store, configuration: presence),
        configuration: configuration, connect: connect
    ) {
        Route("room:*", LimitedChannel.self)
        Route("channelsocket*", LimitedChannel.self)
    }
    let addRoutes = { (router: Router<BasicRequestContext>) in
        _ = router.get("/slow") { _, _ in
            await gate.wait()
            return "slow"
        }
        // Larger than what the system buffers between two sockets.
        _ = router.get("/large") { _, _ in String(repeating: "x", count: 32 << 20) }
    }
    try await withServer(
        mounts: [endpoint], configuration: http, statistics: pubSub.statistics, addRoutes: addRoutes
    ) { port, services in
        // Or the server would wait for them as well.
        defer { gate.open() }
        let other = try await TestPhoenixClient.connect(port: port, mount: "/ws")
        try await other.join("room:other")
        try await body(LimitedServer(port: port, services: services, endpoint: endpoint, gate: gate, other: other))
    }
}
