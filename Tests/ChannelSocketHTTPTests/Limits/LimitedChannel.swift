import ChannelSocket
import NIOCore
import PhoenixWire

/// A channel with an event for each limit that a callback can reach.
struct LimitedChannel: SocketChannel {
    init(joining topic: String, payload: Payload, socket: Socket) async throws {
        // Until it is cancelled.
        if topic == "room:slow" { try await Task.sleep(for: .seconds(3_600)) }
        if topic == "room:crash" { throw UnhandledEvent("join") }
    }

    mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
        switch event {
        case "echo": break
        case "sleep": try await Task.sleep(for: .seconds(3_600))
        // Cancelled, it answers all the same.
        case "oversleep": try? await Task.sleep(for: .seconds(3_600))
        // Does not return, not even when cancelled.
        case "hang": await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        case "expire": socket.expire(after: .milliseconds(100))
        case "track": return try await track(payload, socket)
        default: throw UnhandledEvent(event)
        }
        return .reply(.ok, payload)
    }

    /// Tracks the key that the payload names, with the payload as the meta.
    private func track(_ payload: Payload, _ socket: Socket) async throws -> ChannelResponse {
        do {
            try await socket.track(payload.decode([String: String].self)["key"] ?? "", payload)
            return .reply(.ok)
        } catch let error as PresenceError {
            return .reply(.error, .reason(error.code.description))
        }
    }
}
