import ChannelSocket
import PhoenixWire

/// A channel with one event for each thing a channel can do.
struct TestChannel: SocketChannel {
    static var intercepts: Set<String> { ["intercepted"] }

    init(joining topic: String, payload: Payload, socket: Socket) async throws {
        switch topic {
        case "test:refuse": throw JoinRefused(reason: "no")
        case "test:crash": throw UnhandledEvent("join")
        case "test:suspend": await Task.yield()
        default: break
        }
    }

    mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
        switch event {
        case "echo": return .reply(.ok, payload)
        case "later":
            if let ref = socket.replyRef { socket.reply(to: ref, .ok, payload) }
            return .noReply
        case "shout": try socket.broadcast("shout", payload)
        case "shout_from": try socket.broadcastFrom("shout_from", payload)
        case "shout_and_reply":
            try socket.broadcast("shout", payload)
            return .reply(.ok, payload)
        case "intercepted": try socket.broadcast("intercepted", payload)
        case "listen": try await socket.subscribe(to: "news")
        case "hang": await hang()
        case "stop": return .stop(replying: .ok)
        default: throw UnhandledEvent(event)
        }
        return .noReply
    }

    mutating func handleOut(_ event: String, _ payload: Payload, socket: Socket) async throws {
        try socket.push("out", payload)
    }

    mutating func handleInfo(_ message: any Sendable, socket: Socket) async throws {
        guard let news = message as? Broadcast else { return }
        try socket.push(news.event, news.payload)
    }

    /// Does not return, not even when cancelled.
    private func hang() async {
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    }
}

/// The same without intercepted events, so that broadcasts take the common path.
struct PlainTestChannel: SocketChannel {
    private var channel: TestChannel

    init(joining topic: String, payload: Payload, socket: Socket) async throws {
        channel = try await TestChannel(joining: topic, payload: payload, socket: socket)
    }

    mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
        try await channel.handleIn(event, payload, socket: socket)
    }

    mutating func handleInfo(_ message: any Sendable, socket: Socket) async throws {
        try await channel.handleInfo(message, socket: socket)
    }
}
