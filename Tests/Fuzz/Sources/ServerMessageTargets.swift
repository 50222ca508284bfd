import NIOCore
import PhoenixWire

@testable import ChannelSocketClient

/// Decodes a server's text messages, as the client does; the payload must be JSON, and the message the same when a
/// server writes it and it is decoded again.
let serverTextTarget: FuzzTarget = { input in
    guard let message = try? ServerMessage(text: frame(input)) else { return }
    precondition((message.isOK != nil) == (message.event == "phx_reply"))
    mustSucceed {
        let payload = try Payload(json: message.payload.bytes)
        precondition(payload == message.payload)
        guard message.isOK != nil || payload.isJSONObject else { return }
        // An event that was no string is one now, with escapes that need not fit the limit.
        guard Payload.literal(message.event).utf8.count - 2 <= DecodingLimits.default.maxEventBytes else { return }
        let decoded = try ServerMessage(text: message.written())
        precondition(decoded == message)
    }
}

/// Decodes a server's binary messages, as the client does; a message must be the same when a server writes it and it is
/// decoded again.
let serverBinaryTarget: FuzzTarget = { input in
    guard let message = try? ServerMessage(binary: frame(input)) else { return }
    precondition(message.payload.isBinary && message.payload.bytes.readableBytes < input.count)
    precondition((message.isOK != nil) == (message.ref != nil))
    // A string that was not UTF-8 is longer now, and may be too long.
    guard let written = try? message.written() else { return }
    mustSucceed {
        let decoded = try ServerMessage(binary: written)
        precondition(decoded == message)
    }
}

extension ServerMessage {
    /// The message as a server writes it.
    fileprivate func written() throws(WireError) -> ByteBuffer {
        let joinRef = joinRef.map { Ref(string: $0) } ?? .null
        let ref = ref.map { Ref(string: $0) } ?? .null
        var buffer = ByteBuffer()
        if let isOK {
            let status: ReplyStatus = isOK ? .ok : .error
            let reply = Reply(joinRef: joinRef, ref: ref, topic: topic, status: status, payload: payload)
            _ = try Serializer.v2.encode(reply, into: &buffer)
        } else if payload.isBinary, joinRef.isNull {
            _ = try Serializer.v2.encode(Broadcast(topic: topic, event: event, payload: payload), into: &buffer)
        } else {
            _ = try Serializer.v2.encodeMessage(
                joinRef: joinRef, ref: ref, topic: topic, event: event, payload: payload, into: &buffer
            )
        }
        return buffer
    }
}
