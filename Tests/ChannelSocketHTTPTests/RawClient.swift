import NIOCore
import NIOPosix

/// A TCP client that sends and receives bytes as they are.
struct RawClient {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private let channel: any Channel
    /// What was received and not yet taken.
    private(set) var received = ""

    /// Connects, and closes when the body is done.
    ///
    /// - Parameters:
    ///   - port: where to.
    ///   - address: where from, if not 127.0.0.1; all addresses of 127.0.0.0/8 are this machine's.
    ///   - body: what is done.
    static func connect<Result: Sendable>(
        _ port: Int,
        from address: String? = nil,
        _ body: @escaping @Sendable (inout RawClient) async throws -> Result
    ) async throws -> Result {
        try await connect(to: SocketAddress(ipAddress: "127.0.0.1", port: port), from: address, body)
    }

    /// Connects to any address, and closes when the body is done.
    static func connect<Result: Sendable>(
        to server: SocketAddress,
        from address: String? = nil,
        _ body: @escaping @Sendable (inout RawClient) async throws -> Result
    ) async throws -> Result {
        var bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
        if let address { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: address, port: 0)) }
        let channel =
            try await bootstrap
            .connect(to: server) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        return try await channel.executeThenClose { [channel = channel.channel] inbound, outbound in
            var client = RawClient(inbound: inbound.makeAsyncIterator(), outbound: outbound, channel: channel)
            return try await body(&client)
        }
    }

    /// Sends one request and returns all that comes until the server closes.
    static func exchange(_ port: Int, from address: String? = nil, _ request: String) async throws -> String {
        try await connect(port, from: address) { client in
            try await client.send(request)
            return try await client.receiveAll()
        }
    }

    /// Has the server answer many others, which gives it time for what else it could do.
    static func exchangeMany(_ port: Int) async throws {
        for _ in 0..<100 {
            _ = try await exchange(port, "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        }
    }

    func send(_ text: String) async throws {
        try await outbound.write(ByteBuffer(string: text))
    }

    /// Sends without waiting, and tells whether the system has taken all of it.
    func write(_ text: String) -> Flag {
        let isWritten = Flag()
        channel.writeAndFlush(ByteBuffer(string: text)).whenComplete { _ in isWritten.raise() }
        return isWritten
    }

    /// Sends far more than the system buffers between two sockets, and gives the server time to read it, if it does.
    ///
    /// - Returns: whether the system has taken all of it, see ``write(_:)``.
    func flood(_ port: Int) async throws -> Flag {
        let isWritten = write(String(repeating: "x", count: 64 << 20))
        try await Self.exchangeMany(port)
        return isWritten
    }

    func closeOutput() {
        outbound.finish()
    }

    /// Receives until a text has come, and takes everything up to and including it.
    mutating func receive(through text: String) async throws -> String {
        while true {
            if let range = received.firstRange(of: text) {
                defer { received = String(received[range.upperBound...]) }
                return String(received[..<range.upperBound])
            }
            guard let bytes = try await inbound.next() else { throw EndOfStream(received: received) }
            received += String(buffer: bytes)
        }
    }

    /// Requests something of the application, and waits for the answers.
    mutating func get(_ times: Int) async throws {
        for _ in 0..<times {
            try await send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _ = try await receive(through: "\r\n\r\nhello")
        }
    }

    /// Opens a WebSocket, which must be accepted.
    mutating func upgrade(_ changes: [String: String?] = [:]) async throws {
        try await send(upgradeRequest(changes))
        let head = try await receive(through: "\r\n\r\n")
        guard head.hasPrefix("HTTP/1.1 101 ") else { throw EndOfStream(received: head) }
    }

    /// Receives until the server closes its side.
    mutating func receiveAll() async throws -> String {
        while let bytes = try await inbound.next() {
            received += String(buffer: bytes)
        }
        return received
    }

    struct EndOfStream: Error {
        var received: String
    }
}

/// An upgrade request for `/ws`, with the key of RFC 6455 §1.3.
///
/// - Parameter changes: replaces, or with nil removes, header fields.
func upgradeRequest(_ changes: [String: String?] = [:], path: String = "/ws", version: String = "1.1") -> String {
    var fields: [String: String?] = [
        "Host": "localhost", "Connection": "keep-alive, Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
    ]
    fields.merge(changes) { $1 }
    let lines = fields.compactMap { name, value in value.map { "\(name): \($0)\r\n" } }.joined()
    return "GET \(path) HTTP/\(version)\r\n\(lines)\r\n"
}
