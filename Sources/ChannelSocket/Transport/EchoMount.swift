import NIOCore

/// A plain WebSocket that sends every message back, on the same connection handler as an ``Endpoint``.
///
/// Not Phoenix: for general WebSocket conformance suites and for measuring the transport alone.
public final class EchoMount: WebSocketMount {
    private let path: String
    private let configuration: WebSocketConfiguration
    private let statistics = NodeStatistics()
    private let loops = PerLoop { eventLoop, _ in ConfinedTransportLoop(TransportLoop(eventLoop: eventLoop)) }

    /// Creates a mount.
    ///
    /// - Parameters:
    ///   - path: where it lives.
    ///   - maxMessageBytes: the largest message accepted.
    public init(_ path: String = "/echo", maxMessageBytes: Int = 16 << 20) {
        self.path = path
        var configuration = WebSocketConfiguration()
        configuration.maxMessageBytes = maxMessageBytes
        configuration.maxOutboundBytes = 4 * maxMessageBytes
        configuration.echoesCloseCode = true
        self.configuration = configuration
    }

    /// Whether the path is the mount's.
    public func matches(path: String) -> Bool {
        path == self.path
    }

    /// Accepts everybody.
    public func decide(_ request: UpgradeRequest) async -> UpgradeDecision {
        .accept(headers: []) { [self] channel in
            let connection = WebSocketConnection(
                loop: loops.value(for: channel.eventLoop).loop, configuration: configuration, statistics: statistics
            )
            connection.handler = EchoHandler(connection)
            try connection.install(on: channel)
        }
    }
}

/// `@unchecked Sendable` is safe because `loop` never changes, and what it is of is touched only on its own event loop:
/// it is taken out only there, by what ``EchoMount/decide(_:)`` has installed on a channel of that loop.
private final class ConfinedTransportLoop: @unchecked Sendable {
    let loop: TransportLoop

    init(_ loop: TransportLoop) {
        self.loop = loop
    }
}

private final class EchoHandler: WebSocketMessageHandler {
    private let connection: WebSocketConnection

    init(_ connection: WebSocketConnection) {
        self.connection = connection
    }

    func receivedText(_ text: ByteBuffer) {
        send(.text, text)
    }

    func receivedBinary(_ bytes: ByteBuffer) {
        send(.binary, bytes)
    }

    func receivedControlFrame() -> Bool { true }

    func serverWillEnd() {}

    func connectionClosed() {}

    private func send(_ opcode: WebSocketOpcode, _ body: ByteBuffer) {
        connection.loop.outbox.append(to: connection) { (buffer: inout ByteBuffer) in
            WebSocketFrame.write(opcode, body, into: &buffer)
        }
    }
}
