public import ChannelSocket
public import HummingbirdCore
public import Logging
public import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// The connections of an HTTP/1.1 server that become WebSockets when a mount wants them.
///
/// Applications make one with ``HummingbirdCore/HTTPServerBuilder/channelSocket(mounts:configuration:statistics:)``.
///
/// A connection that became a WebSocket keeps no HTTP handler and no task.
public struct MountedHTTPChannel: HTTPChannelHandler {
    /// Answers the requests that no mount wants.
    public let responder: Responder
    private let mounts: [any WebSocketMount]
    private let configuration: Configuration
    private let openWebSockets = OpenWebSockets()
    private let statistics: NodeStatistics
    private let admission: Admission

    /// Creates the channel setup.
    ///
    /// - Parameters:
    ///   - mounts: the first one that matches a path gets its upgrades.
    ///   - responder: answers all other requests.
    ///   - configuration: limits.
    ///   - statistics: where refusals are counted.
    public init(
        mounts: [any WebSocketMount],
        responder: @escaping Responder,
        configuration: Configuration = Configuration(),
        statistics: NodeStatistics = NodeStatistics()
    ) {
        self.mounts = mounts
        self.configuration = configuration
        self.statistics = statistics
        admission = Admission(limits: configuration.connections, statistics: statistics)
        self.responder = { request, writer, channel in
            // Clients that send many requests at once would be served to the end one after another, and new connections
            // behind them all.
            await Task.yield()
            try await responder(request, writer, channel)
        }
        Self.makeTypes()
    }

    /// Has the runtime make the types of a connection's HTTP codec, which it does when they are used first.
    ///
    /// Event loops do that at the same time when the first connections come, and the runtime of Swift 6.3 is not up to
    /// it: one node in some thousand crashed at its first connections, in looking up the decoder's conformance.
    private static func makeTypes() {
        _ = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
        _ = HTTPResponseEncoder()
    }

    /// Puts the handlers into a new connection's pipeline.
    ///
    /// - Parameters:
    ///   - channel: the connection.
    ///   - logger: the server's logger.
    /// - Returns: what ``handle(value:logger:)`` gets; the future completes before the first byte is read.
    public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        admission.limitAccepts(of: channel.parent)
        return channel.eventLoop.makeCompletedFuture {
            // NIO keeps a connection's receive buffers for as long as it lives, as many as it may fill at a time and as
            // large as they have grown. With its usual 2048 bytes the first is more than a third of what an idle
            // WebSocket takes, and a single burst makes it four of 64 KiB, for ever. And all requests in a buffer are
            // decoded before anybody else's turn, hundreds of small ones in a large one.
            let receiveBuffers = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 512, maximum: 2_048)
            try channel.syncOptions?.setOption(.recvAllocator, value: receiveBuffers)
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            // A connection has what its listener has, which is NIO's to say; a Unix domain socket has no such option.
            if channel.localAddress?.port != nil {
                try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: configuration.noDelay ? 1 : 0)
            }
            let encoder = HTTPResponseEncoder()
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(
                    leftOverBytesStrategy: .forwardBytes,
                    limitConfiguration: configuration.decoderLimits
                ),
                maximumBufferSize: configuration.maxDecoderBytes
            )
            let promise = channel.eventLoop.makePromise(of: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?.self)
            let upgrade = UpgradeHandler(
                mounts: mounts,
                configuration: configuration,
                encoder: encoder,
                decoder: decoder,
                openWebSockets: openWebSockets,
                admission: admission,
                statistics: statistics,
                promise: promise,
                logger: logger
            )
            try configuration.encryption?(channel)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(encoder)
            try pipeline.addHandler(decoder)
            try pipeline.addHandler(upgrade)
            return Value(channel: channel, http: promise.futureResult)
        }
    }

    /// Serves the connection if it is one for the application; returns at once when it becomes a WebSocket.
    ///
    /// The first WebSocket's task is the exception: it stays until a graceful shutdown has closed all of them, so that
    /// the server does not end before its close frames are out.
    ///
    /// - Parameters:
    ///   - value: what ``setup(channel:logger:)`` made.
    ///   - logger: the server's logger.
    public func handle(value: Value, logger: Logger) async {
        if let asyncChannel = try? await value.http.get() {
            await handleHTTP(asyncChannel: asyncChannel, logger: logger)
            guard await value.becomesWebSocket() else { return }
        }
        await openWebSockets.keepServerRunning()
    }
}

extension MountedHTTPChannel {
    /// A connection, and what became of it.
    public struct Value: ServerChildChannelValue {
        /// The connection.
        public let channel: any Channel
        /// The connection for the application to serve, or nil if there is nothing to serve.
        let http: EventLoopFuture<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?>

        /// Whether the connection goes on as a WebSocket now that the application has done with it.
        func becomesWebSocket() async -> Bool {
            let decision = channel.eventLoop.submit { [channel] in
                try channel.pipeline.syncOperations.handler(type: UpgradeHandler.self).applicationEnded()
            }
            // It fails when the connection is closed, and the handlers with it.
            return (try? await decision.get()) ?? false
        }
    }
}
