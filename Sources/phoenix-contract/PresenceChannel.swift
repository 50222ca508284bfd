import ChannelSocket
import PhoenixWire

/// `presence:*`: tracks the client under the key of its join payload.
struct PresenceChannel: SocketChannel {
    private let key: String
    private let meta: Payload

    init(joining topic: String, payload: Payload, socket: Socket) throws {
        let identity = try? payload.decode(Identity.self)
        key = identity?.userID ?? "anon"
        meta = payload.member("meta") ?? .emptyObject
    }

    private struct Identity: Decodable {
        enum CodingKeys: String, CodingKey {
            case userID = "user_id"
        }

        var userID: String?
    }

    func joined(socket: Socket) async throws {
        try await socket.track(key, meta)
        socket.pushPresenceState()
    }

    func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
        switch event {
        case "update": try await socket.updatePresence(key, payload)
        case "untrack": try await socket.untrack(key)
        case "list": return .reply(.ok, try await socket.presences().payload)
        default: throw UnhandledEvent(event)
        }
        return .reply(.ok)
    }
}

extension Payload {
    /// The value of a member of a JSON object, as it stands; nil if there is none.
    fileprivate func member(_ name: String) -> Payload? {
        guard let members = try? members() else { return nil }
        return members.first { $0.name == name }?.value
    }
}
