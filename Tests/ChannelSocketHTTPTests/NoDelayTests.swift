import ChannelSocketHTTP
import Logging
import NIOCore
import NIOPosix
import Testing

@Suite("TCP_NODELAY of a connection", .timeLimit(.minutes(1)))
struct NoDelayTests {
    @Test("is as configured, and on unless somebody turned it off", arguments: [nil, true, false])
    func option(noDelay: Bool?) async throws {
        var configuration = MountedHTTPChannel.Configuration()
        if let noDelay { configuration.noDelay = noDelay }
        let mounted = MountedHTTPChannel(
            mounts: [TestMount()], responder: { _, _, _ in }, configuration: configuration
        )
        let (options, option) = AsyncStream.makeStream(of: Int.self)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                mounted.setup(channel: channel, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                    .flatMap { _ in channel.getOption(.tcpOption(.tcp_nodelay)) }
                    .map { value -> Void in _ = option.yield(Int(value)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(server.localAddress)
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address).get()
        let value = try #require(await options.first { _ in true })
        #expect((value != 0) == noDelay ?? true)
        try await client.close()
        try await server.close()
    }
}
