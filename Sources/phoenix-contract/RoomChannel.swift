import ChannelSocket
import PhoenixWire

/// `room:*` and `realtime:*`: one event for each thing a channel can do.
struct RoomChannel: ChannelCallbacks {
    let joinReply: Payload

    private let pubSub: PubSub

    /// Decides about a join.
    ///
    /// - Parameters:
    ///   - topic: the topic; some names make the join fail, or say what it replies.
    ///   - payload: the join's payload.
    ///   - pubSub: where `kick` goes.
    /// - Throws: ``JoinRefused`` or ``RequestedCrash`` where the topic's name wants it.
    init(joining topic: String, payload: Payload, pubSub: PubSub) throws {
        switch topic {
        case "room:refuse": throw JoinRefused(payload)
        case "room:crash_join": throw RequestedCrash()
        default: joinReply = topic.hasPrefix("room:reply:") ? payload : .emptyObject
        }
        self.pubSub = pubSub
    }

    func handleInImmediately(_ event: String, _ payload: Payload, socket: Socket) throws -> ChannelResponse? {
        switch event {
        case "new_msg":
            try socket.broadcast(event, payload)
            return .noReply
        case "shout_from", "broadcast":
            try socket.broadcastFrom(event, payload)
            return .noReply
        case "echo": return .reply(.ok, payload)
        case "fail": return .reply(.error, payload)
        case "ack": return .reply(.ok)
        case "silent": return .noReply
        case "push_back":
            try socket.push(event, payload)
            return .noReply
        case "bin" where payload.isBinary:
            try socket.broadcast(event, payload)
            return .reply(.ok, payload)
        case "bin_push" where payload.isBinary:
            try socket.push(event, payload)
            return .noReply
        case "whoami": return .reply(.ok, try Self.identity(of: socket))
        case "burst": return .reply(.ok, try Self.burst(payload, on: socket))
        case "crash": throw RequestedCrash()
        case "stop": return .stop
        case "stop_reply": return .stop(replying: .ok, payload)
        case "kick":
            guard let id = socket.id else { throw RequestedCrash() }
            pubSub.broadcast(Broadcast(topic: id, event: "disconnect", payload: .emptyObject))
            return .noReply
        default: throw UnhandledEvent(event)
        }
    }

    private static func identity(of socket: Socket) throws -> Payload {
        guard let identity = socket.assigns[ClientIdentity.key] as? ClientIdentity else { throw RequestedCrash() }
        return try Payload.encoding(identity)
    }

    private static func burst(_ payload: Payload, on socket: Socket) throws -> Payload {
        let count = try payload.decode([String: Int].self)["n"] ?? 0
        // More would only test how much memory there is.
        guard (0...100_000).contains(count) else { throw RequestedCrash() }
        for number in 0..<count {
            try socket.push("burst", try Payload(json: #"{"i":\#(number + 1)}"#))
        }
        return try Payload(json: #"{"n":\#(count)}"#)
    }
}
