public import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Asks a node for its health, for `channelsocket health` and the container's health check.
public struct HealthProbe: Sendable {
    /// What the node answered.
    public struct Answer: Hashable, Sendable {
        /// The HTTP status.
        public var status: Int
        /// The body, cut after 64 KiB.
        public var body: String
    }

    /// Why there is no answer.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// What happened, for people.
        public let description: String
    }

    private let host: String
    private let port: Int
    private let path: String
    private let timeout: TimeAmount

    /// Creates a probe.
    ///
    /// - Parameters:
    ///   - host: the node's address or name.
    ///   - port: its port.
    ///   - path: what to ask for.
    ///   - timeout: how long connecting and answering may take.
    public init(host: String, port: Int, path: String = "/health", timeout: TimeAmount = .seconds(2)) {
        self.host = host
        self.port = port
        self.path = path
        self.timeout = timeout
    }

    /// Asks once.
    ///
    /// - Returns: the answer, whatever its status.
    /// - Throws: ``Failure`` when none came in time.
    public func ask() async throws(Failure) -> Answer {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: Answer.self)
        let deadline = loop.scheduleTask(in: timeout) { promise.fail(ChannelError.connectTimeout(timeout)) }
        let connecting = ClientBootstrap(group: loop)
            .connectTimeout(timeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(HealthProbeHandler(promise: promise))
                }
            }
            .connect(host: host, port: port)
        connecting.whenFailure { promise.fail($0) }
        connecting.whenSuccess { channel in
            let head = HTTPRequestHead(
                version: .http1_1,
                method: .GET,
                uri: path,
                headers: ["host": "\(host):\(port)", "connection": "close"]
            )
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
        }
        defer { deadline.cancel() }
        do {
            return try await promise.futureResult.get()
        } catch {
            // NIO tries every address of a name and tells what became of each; the last one says enough.
            let cause = (error as? NIOConnectionError)?.connectionErrors.last?.error ?? error
            throw Failure(description: "no answer from http://\(host):\(port)\(path): \(cause)")
        }
    }
}
