internal import NIOCore
internal import NIOPosix

/// A WebSocket client for tests, which can say anything and hides nothing.
///
/// It sends valid and invalid frames and reports every frame received as an event, in order. Receiving has a
/// deadline. Except for answering a close frame (which can be turned off) it does nothing by itself: no pings, no
/// pongs, no reconnecting.
///
/// ```swift
/// let socket = try await TestWebSocket.connect(port: port, to: TestHandshake(path: "/socket/websocket?vsn=2.0.0"))
/// try await socket.send(text: #"[null,"1","phoenix","heartbeat",{}]"#)
/// let answer = try await socket.receive()
/// ```
public final class TestWebSocket: Sendable {
    /// How long calls wait unless told otherwise.
    public static let patience = Duration.seconds(15)

    /// The server's answer to the handshake.
    public let response: HandshakeResponse

    private let channel: any Channel
    private let inbox: Watched<TestWebSocketHandler.Inbox>

    private init(channel: any Channel, inbox: Watched<TestWebSocketHandler.Inbox>, response: HandshakeResponse) {
        self.channel = channel
        self.inbox = inbox
        self.response = response
    }

    deinit {
        channel.close(promise: nil)
    }

    /// Connects and shakes hands.
    ///
    /// - Parameters:
    ///   - host: the server's host.
    ///   - port: the server's port.
    ///   - handshake: the request.
    ///   - answersClose: whether a close frame is answered with an equal one, as a well-behaved client does.
    ///   - receiveBuffer: how many bytes the system is asked to hold for the client (`SO_RCVBUF`; Linux holds twice as
    ///     many), so that a client that does not read is noticed soon; nil leaves it to the system.
    ///   - limit: how long to wait.
    /// - Returns: the open connection.
    /// - Throws: ``HandshakeRefused`` when the answer is not 101, ``TestingError`` when there is none in time or the
    ///   answer is no correct upgrade, and what connecting throws.
    public static func connect(
        host: String = "127.0.0.1", port: Int, to handshake: TestHandshake, answersClose: Bool = true,
        receiveBuffer: Int? = nil, within limit: Duration = patience
    ) async throws -> TestWebSocket {
        let inbox = Watched(TestWebSocketHandler.Inbox())
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(limit))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = TestWebSocketHandler(inbox: inbox, answersClose: answersClose)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: SocketOptionValue(receiveBuffer))
        }
        let channel = try await bootstrap.connect(host: host, port: port).get()
        do {
            let request = handshake.encoded(host: "\(host):\(port)")
            try await channel.writeAndFlush(ByteBuffer(bytes: request))
            let response = try await inbox.wait(within: limit, for: "the answer to the handshake") { inbox in
                if let response = inbox.response { return response }
                return inbox.ended ? .failure(TestingError(.ended, "the server closed without an answer")) : nil
            }
            guard response.status == 101 else { throw HandshakeRefused(response: response) }
            guard response["sec-websocket-accept"] == TestHandshake.accept else {
                throw TestingError(.unexpected, "wrong Sec-WebSocket-Accept in \(response.headers)")
            }
            return TestWebSocket(channel: channel, inbox: inbox, response: response)
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }

    /// Sends a text message in one frame.
    public func send(text: String) async throws {
        try await send(frame: TestFrame(opcode: 1, text: text))
    }

    /// Sends a binary message in one frame.
    public func send(binary: [UInt8]) async throws {
        try await send(frame: TestFrame(opcode: 2, payload: binary))
    }

    /// Sends a frame, valid or not.
    public func send(frame: TestFrame) async throws {
        try await send(bytes: frame.encoded())
    }

    /// Sends bytes as they are.
    public func send(bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Takes the next event, waiting for it if need be.
    ///
    /// - Parameter limit: how long to wait.
    /// - Returns: the event; after the connection has ended, ``TestWebSocketEvent/end`` again and again.
    /// - Throws: ``TestingError`` of code `timeout`.
    public func receive(within limit: Duration = patience) async throws -> TestWebSocketEvent {
        try await inbox.wait(within: limit, for: "an event from the server") { inbox in
            guard inbox.events.first != .end else { return .success(.end) }
            return inbox.events.isEmpty ? nil : .success(inbox.events.removeFirst())
        }
    }

    /// Takes the next event, which must be a text message.
    ///
    /// - Parameter limit: how long to wait.
    /// - Returns: the text.
    /// - Throws: ``TestingError`` of code `unexpected` when it is something else, `timeout` when there is none.
    public func receiveText(within limit: Duration = patience) async throws -> String {
        let event = try await receive(within: limit)
        guard case .text(let text) = event else { throw TestingError(.unexpected, "got \(event) instead of a text") }
        return text
    }

    /// How many events wait to be taken.
    public var pendingEvents: Int { inbox.update { $0.events.count } }

    /// Stops or resumes reading from the socket, so that the kernel's buffers fill up as with a slow client.
    public func setReading(_ reads: Bool) async throws {
        try await channel.setOption(.autoRead, value: reads).get()
    }

    /// Closes politely: sends a close frame, and waits for the server's and for the end of the connection.
    ///
    /// - Parameters:
    ///   - code: the close code; nil sends an empty close frame.
    ///   - reason: the reason.
    /// - Returns: the code of the server's close frame; other events that come before it are dropped.
    /// - Throws: ``TestingError`` when the server ends the connection without a close frame, or not at all.
    @discardableResult
    public func close(code: UInt16? = 1000, reason: String = "") async throws -> UInt16? {
        try await send(frame: .close(code: code, reason: reason))
        while true {
            switch try await receive() {
            case .close(let answer, _):
                guard try await receive() == .end else { throw TestingError(.unexpected, "more after the close frame") }
                return answer
            case .end: throw TestingError(.ended, "the connection ended without a close frame")
            default: continue
            }
        }
    }

    /// Waits for the server to close, and answers as a client does.
    ///
    /// - Parameter limit: how long to wait.
    /// - Returns: the code of the server's close frame; other events that come before it are dropped.
    /// - Throws: ``TestingError`` when the server ends the connection without a close frame, or not in time.
    public func waitForClose(within limit: Duration = patience) async throws -> UInt16? {
        let deadline = ContinuousClock.now + limit
        while true {
            switch try await receive(within: max(.zero, deadline - .now)) {
            case .close(let code, _): return code
            case .end: throw TestingError(.ended, "the connection ended without a close frame")
            default: continue
            }
        }
    }

    /// Ends the TCP connection without a close frame.
    public func disconnect() async {
        try? await channel.close()
    }
}
