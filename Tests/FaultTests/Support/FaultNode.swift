import ChannelSocket
import ChannelSocketHTTP
import ChannelSocketRedis
import ChannelSocketTesting
import Hummingbird
import InMemoryLogging
import Logging
import NIOCore
import PhoenixWire
import ServiceLifecycle

@testable import ChannelSocketServer

/// A whole node in the process of the test: WebSockets over HTTP, pub/sub and presence on Redis.
final class FaultNode: Sendable {
    static let topic = "room:faults"

    let name: String
    let adapter: RedisAdapter
    let pubSub: PubSub
    let presence: Presence
    let endpoint: Endpoint
    let published: Ledger
    /// What an operator can see of the node.
    let view: OperatorView

    init(_ name: String, redis url: String) throws {
        self.name = name
        var configuration = try RedisConfiguration(url: url)
        FaultTimes.apply(to: &configuration)
        let log = InMemoryLogHandler()
        let logger = Logger(label: name) { _ in log }
        adapter = RedisAdapter(configuration, logger: logger)
        pubSub = PubSub(adapter: adapter, logger: logger)
        let store = RedisPresenceStore(adapter: adapter, logger: logger)
        presence = Presence(pubSub: pubSub, store: store, logger: logger)
        published = Ledger(publisher: name)
        view = OperatorView(adapter: adapter, pubSub: pubSub, presence: presence, log: log, logger: logger)
        let connect: Endpoint.Connect = { request in
            .accept(assigns: ["user": request.params["user"] ?? "nobody"])
        }
        endpoint = Endpoint(pubSub: pubSub, presence: presence, logger: logger, connect: connect) {
            Route("room:*", PresentChannel.self)
        }
    }

    /// A channel whose members are present and get what is broadcast.
    private struct PresentChannel: SocketChannel {
        init(joining topic: String, payload: Payload, socket: Socket) async throws {}

        func joined(socket: Socket) async throws {
            try await socket.track(socket.assigns["user"] as? String ?? "nobody", .emptyObject)
            socket.pushPresenceState()
        }

        func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
            .reply(.ok, payload)
        }
    }

    /// Serves while a closure runs, which gets the port.
    func serve<Result: Sendable>(_ body: @Sendable (_ port: Int) async throws -> Result) async throws -> Result {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: name)
        logger.logLevel = .critical
        let application = Application(
            router: Router(),
            server: .channelSocket(mounts: [endpoint]),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) },
            logger: logger
        )
        let services = ServiceGroup(
            configuration: .init(services: [pubSub, presence, view.linkWatch, application], logger: logger)
        )
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { port.finish() }
                try await services.run()
            }
            guard let port = await ports.first(where: { _ in true }) else {
                try await tasks.waitForAll()
                throw TestingError(.ended, "\(name) ended before it listened")
            }
            defer { tasks.cancelAll() }
            return try await body(port)
        }
    }

    /// Why something does not work, as `/health` says it; nil if everything does.
    var trouble: String? {
        let health = view.health
        return health.status == .ok ? nil : health.pubsub.reason ?? health.presence.reason ?? "degraded"
    }

    /// Broadcasts numbered messages, one every few milliseconds, until the task is cancelled; then waits until it is
    /// known what became of each.
    func publish() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let (number, receipt) = publishNext()
                // A task of its own, as what became of the last ones counts too, when the group is cancelled.
                group.addTask { [self] in _ = await Task { await settle(number, receipt) }.value }
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    /// Broadcasts numbered messages until Redis confirms one.
    func publishUntilConfirmed() async {
        while true {
            let (number, receipt) = publishNext()
            if await settle(number, receipt) { return }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    private func publishNext() -> (number: Int, PublishReceipt) {
        let number = published.next()
        let payload = Payload.json(ByteBuffer(string: #"{"p":"\#(name)","n":\#(number)}"#))
        return (number, endpoint.broadcast(Self.topic, "msg", payload))
    }

    /// Notes what the caller of a broadcast is told.
    private func settle(_ number: Int, _ receipt: PublishReceipt) async -> Bool {
        do {
            try await receipt.confirmed()
            published.confirmed(number)
            return true
        } catch {
            published.failed(number, error)
            return false
        }
    }
}
