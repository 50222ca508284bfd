internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import NIOWebSocket

/// Connects and shakes hands, once.
struct WebSocketOpener: Sendable {
    private enum Upgrade {
        case opened
        case refused(EventLoopFuture<PhoenixClientError>)
    }

    let configuration: PhoenixClientConfiguration
    let tls: NIOSSLContext?

    /// Connects.
    ///
    /// - Parameters:
    ///   - loop: where the connection is to live.
    ///   - makeHandler: makes the handler of the frames.
    /// - Returns: the open connection; fails with ``PhoenixClientError``.
    func open(
        on loop: any EventLoop, handler makeHandler: @escaping @Sendable () -> WebSocketFrameHandler
    ) -> EventLoopFuture<any Channel> {
        let opened = loop.makePromise(of: (any Channel).self)
        let limit = TimeAmount(configuration.timeout)
        let url = configuration.url
        let connecting = ClientBootstrap(group: loop)
            .connectTimeout(limit)
            .connect(host: url.host, port: url.port)
        let deadline = loop.scheduleTask(in: limit) {
            opened.fail(PhoenixClientError(.timeout, "\(url) did not answer within \(configuration.timeout)"))
            connecting.whenSuccess { $0.close(promise: nil) }
        }
        connecting.whenSuccess { channel in
            channel.eventLoop.makeCompletedFuture {
                try addTLS(to: channel)
                return try addUpgrade(to: channel, handler: makeHandler)
            }
            .flatMap { (upgrading: EventLoopFuture<Upgrade>) in upgrading }
            .flatMap { upgrade -> EventLoopFuture<any Channel> in
                switch upgrade {
                case .opened: loop.makeSucceededFuture(channel)
                case .refused(let answer): answer.flatMapThrowing { throw $0 }
                }
            }
            .whenComplete { result in
                if case .failure = result { channel.close(promise: nil) }
                opened.completeWith(result.mapError(translate))
            }
        }
        connecting.whenFailure { opened.fail(translate($0)) }
        opened.futureResult.whenComplete { _ in deadline.cancel() }
        return opened.futureResult
    }

    private func addTLS(to channel: any Channel) throws {
        guard let tls else { return }
        try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: tls, for: configuration.url))
    }

    private func addUpgrade(
        to channel: any Channel, handler makeHandler: @escaping @Sendable () -> WebSocketFrameHandler
    ) throws -> EventLoopFuture<Upgrade> {
        let longest = configuration.maxMessageBytes
        let upgrader = NIOTypedWebSocketClientUpgrader<Upgrade>(maxFrameSize: longest) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                let aggregator = NIOWebSocketFrameAggregator(
                    minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 4096, maxAccumulatedFrameSize: longest
                )
                try channel.pipeline.syncOperations.addHandlers(aggregator, makeHandler())
                return .opened
            }
        }
        let upgrade = NIOTypedHTTPClientUpgradeConfiguration<Upgrade>(
            upgradeRequestHead: request, upgraders: [upgrader]
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                let answer = channel.eventLoop.makePromise(of: PhoenixClientError.self)
                try channel.pipeline.syncOperations.addHandler(RefusalHandler(answer))
                return .refused(answer.futureResult)
            }
        }
        var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: upgrade)
        // The server's first frames may come with its answer.
        pipeline.leftOverBytesStrategy = .forwardBytes
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: pipeline)
    }

    private var request: HTTPRequestHead {
        var headers = HTTPHeaders([("host", configuration.url.authority)])
        if let token = configuration.authToken {
            headers.add(name: "sec-websocket-protocol", value: "phoenix, base64url.bearer.phx.\(Self.base64URL(token))")
        }
        for (name, value) in configuration.headers { headers.add(name: name, value: value) }
        let target = configuration.url.target(params: configuration.params)
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers)
    }

    /// Encodes as RFC 4648 section 5 says, without padding, as phoenix.js does.
    private static func base64URL(_ text: String) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var encoded: [UInt8] = []
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for byte in text.utf8 {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                encoded.append(digits[Int(bits >> count & 63)])
            }
        }
        if count > 0 { encoded.append(digits[Int(bits << (6 - count) & 63)]) }
        return String(decoding: encoded, as: UTF8.self)
    }

    private func translate(_ error: any Error) -> any Error {
        switch error {
        case let error as PhoenixClientError: return error
        case is ChannelError, is NIOHTTPClientUpgradeError, is HTTPParserError:
            return unreachable("what answers there is no WebSocket server, or it closed the connection")
        default: return unreachable(ConnectionFailure(error).description)
        }
    }

    private func unreachable(_ reason: String) -> PhoenixClientError {
        PhoenixClientError(.unreachable, "cannot connect to \(configuration.url): \(reason)")
    }
}
