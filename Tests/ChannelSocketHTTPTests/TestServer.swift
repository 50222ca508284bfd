import ChannelSocket
import ChannelSocketHTTP
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Runs an application with a router of its own and some mounts on a free port.
///
/// - Parameters:
///   - mounts: the mounts.
///   - configuration: the limits.
///   - statistics: counts the refusals.
///   - port: where to listen; 0 is any free port.
///   - unixSocket: where to listen instead.
///   - eventLoops: serve the connections.
///   - trace: is told when the server has ended.
///   - addRoutes: adds to what the application answers.
///   - body: gets the port and may shut the server down early.
func withServer(
    mounts: [any WebSocketMount] = [TestMount()],
    configuration: MountedHTTPChannel.Configuration = .init(),
    statistics: NodeStatistics = NodeStatistics(),
    port: Int = 0,
    unixSocket: String? = nil,
    eventLoops: MultiThreadedEventLoopGroup = .singleton,
    trace: Trace = Trace(),
    addRoutes: (Router<BasicRequestContext>) -> Void = { _ in },
    _ body: @escaping @Sendable (_ port: Int, _ server: ServiceGroup) async throws -> Void
) async throws {
    let router = Router()
    router.get("/hello") { _, _ in "hello" }
    router.post("/ws") { _, _ in "posted" }
    addRoutes(router)
    let (ports, port0) = AsyncStream.makeStream(of: Int.self)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let application = Application(
        router: router,
        server: .channelSocket(mounts: mounts, configuration: configuration, statistics: statistics),
        configuration: ApplicationConfiguration(
            address: unixSocket.map { .unixDomainSocket(path: $0) } ?? .hostname("127.0.0.1", port: port)
        ),
        onServerRunning: { channel in port0.yield(channel.localAddress?.port ?? 0) },
        eventLoopGroupProvider: .shared(eventLoops),
        logger: logger
    )
    let group = ServiceGroup(configuration: .init(services: [application], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            defer { port0.finish() }
            try await group.run()
            trace.add("server ended")
        }
        if let port = await ports.first(where: { _ in true }) {
            do {
                try await body(port, group)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
        }
        try await tasks.waitForAll()
    }
}
