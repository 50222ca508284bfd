import NIOCore
import PhoenixWire

/// Messages as finished WebSocket frames, ready to be sent to anybody with the same serializer.
extension Serializer {
    func writeFrame(_ broadcast: Broadcast, into buffer: inout ByteBuffer) throws(WireError) {
        let sizeHint = Self.sizeHint(broadcast.topic, broadcast.event, broadcast.payload)
        try WebSocketFrame.write(into: &buffer, sizeHint: sizeHint) { body throws(WireError) in
            try encode(broadcast, into: &body).opcode
        }
    }

    func writeFrame(_ reply: Reply, into buffer: inout ByteBuffer) throws(WireError) {
        let sizeHint = Self.sizeHint(reply.topic, "phx_reply status response", reply.payload)
        try WebSocketFrame.write(into: &buffer, sizeHint: sizeHint) { body throws(WireError) in
            try encode(reply, into: &body).opcode
        }
    }

    func writeFrame(_ message: Message, into buffer: inout ByteBuffer) throws(WireError) {
        let sizeHint = Self.sizeHint(message.topic, message.event, message.payload)
        try WebSocketFrame.write(into: &buffer, sizeHint: sizeHint) { body throws(WireError) in
            try encodeMessage(
                joinRef: message.joinRef, ref: message.ref, topic: message.topic, event: message.event,
                payload: message.payload, into: &body
            ).opcode
        }
    }

    func writeReplyFrame(
        toInvalidTopic topicJSON: String, joinRef: Ref, ref: Ref, status: ReplyStatus, payload: Payload,
        into buffer: inout ByteBuffer
    ) throws(WireError) {
        let sizeHint = Self.sizeHint(topicJSON, "phx_reply status response", payload)
        try WebSocketFrame.write(into: &buffer, sizeHint: sizeHint) { body throws(WireError) in
            try encodeReply(
                toInvalidTopic: topicJSON, joinRef: joinRef, ref: ref, status: status, payload: payload, into: &body
            ).opcode
        }
    }

    /// About how long an encoded message will be; a wrong guess costs a move of the body, nothing else.
    private static func sizeHint(_ topic: String, _ event: String, _ payload: Payload) -> Int {
        topic.utf8.count + event.utf8.count + payload.bytes.readableBytes + 24
    }
}

extension FrameKind {
    fileprivate var opcode: WebSocketOpcode {
        switch self {
        case .text: .text
        case .binary: .binary
        }
    }
}
