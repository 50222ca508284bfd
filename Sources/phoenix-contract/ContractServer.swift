import ChannelSocket
import ChannelSocketHTTP
import ChannelSocketRedis
import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import PhoenixWire
import ServiceLifecycle
import UnixSignals

/// One node of the contract server.
struct ContractServer {
    let port: Int
    let redisURL: String?
    let presenceLease: Duration
    /// How many event loops serve; nil for one a core.
    let threads: Int?

    private let logger = Logger(label: "phoenix-contract")

    init(port: Int, redisURL: String?, presenceLease: Duration, threads: Int? = nil) {
        self.presenceLease = presenceLease
        self.port = port
        self.redisURL = redisURL
        self.threads = threads
    }

    /// Serves until SIGTERM or SIGINT.
    func run() async throws {
        let group = threads.map { MultiThreadedEventLoopGroup(numberOfThreads: $0) } ?? .singleton
        let redis = try redisURL.map {
            RedisAdapter(try RedisConfiguration(url: $0), eventLoopGroup: group, logger: logger)
        }
        let pubSub = PubSub(adapter: redis ?? LocalAdapter(), logger: logger)
        var configuration = RedisPresenceConfiguration()
        configuration.lease = presenceLease
        configuration.pollInterval = min(configuration.pollInterval, presenceLease / 10)
        let store: any PresenceStore =
            redis.map { RedisPresenceStore(adapter: $0, configuration: configuration, logger: logger) }
            ?? MemoryPresenceStore()
        let presence = Presence(pubSub: pubSub, store: store, logger: logger)
        // Phoenix accepts as fast as it can, and the benchmarks measure how fast that is.
        var http = MountedHTTPChannel.Configuration()
        http.connections.acceptsPerSecond = nil
        let application = Application(
            router: Router(),
            server: .channelSocket(
                mounts: mounts(pubSub, presence), configuration: http, statistics: pubSub.statistics
            ),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                print("listening on 127.0.0.1:\(channel.localAddress?.port ?? 0)")
                // Standard output is buffered when it is not a terminal, and tests wait for this line.
                fflush(nil)
            },
            eventLoopGroupProvider: .shared(group),
            logger: logger
        )
        let services = ServiceGroupConfiguration(
            services: [pubSub, presence, application],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        try await ServiceGroup(configuration: services).run()
    }

    private func mounts(_ pubSub: PubSub, _ presence: Presence) -> [any WebSocketMount] {
        var configuration = Endpoint.Configuration()
        configuration.limits.maxChannels = 1000
        configuration.limits.messageRate = nil
        configuration.limits.joinRate = nil
        configuration.webSocket.maxMessageBytes = 1_000_000
        return [
            endpoint("/socket", pubSub, presence, configuration),
            endpoint("/default", pubSub, presence, Endpoint.Configuration()),
            EchoMount("/echo", maxMessageBytes: 16 << 20),
        ]
    }

    private func endpoint(
        _ path: String, _ pubSub: PubSub, _ presence: Presence, _ configuration: Endpoint.Configuration
    ) -> Endpoint {
        Endpoint(
            path, pubSub: pubSub, presence: presence, configuration: configuration, logger: logger,
            connect: Self.connect
        ) {
            Route("room:*") { topic, payload, _ in
                try RoomChannel(joining: topic, payload: payload, pubSub: pubSub)
            }
            Route("realtime:*") { topic, payload, _ in
                try RoomChannel(joining: topic, payload: payload, pubSub: pubSub)
            }
            Route("secret:*", SecretChannel.self)
            Route("presence:*", PresenceChannel.self)
        }
    }

    private static func connect(_ request: ConnectRequest) -> ConnectResult {
        let params = request.params
        if ["bad", "worse"].contains(params["token"]) { return .refuse }
        let identity = ClientIdentity(params: params, authToken: request.authToken)
        return .accept(
            id: params["user"].map { "user_socket:\($0)" },
            assigns: [ClientIdentity.key: identity]
        )
    }
}
