public import NIOCore

extension BroadcastEnvelope {
    /// Decodes what was published to a topic's channel, in any of the accepted forms.
    ///
    /// - Parameters:
    ///   - bytes: the published message. A payload in the result is a slice of it.
    ///   - topic: the topic of the channel; a frame for another topic is refused.
    ///   - limits: what to refuse.
    /// - Returns: the envelope.
    /// - Throws: ``WireError`` that says what is wrong, for the log.
    public static func decode(
        _ bytes: ByteBuffer,
        topic: String,
        limits: DecodingLimits = .default
    ) throws(WireError) -> BroadcastEnvelope {
        let broadcast: Broadcast
        switch bytes.withUnsafeReadableBytes({ $0.first { $0 > 0x20 } }) {
        case UInt8(ascii: "c"): return try decodeNodeForm(bytes, topic: topic, limits: limits)
        case UInt8(ascii: "{"): broadcast = try decodeObject(bytes, topic: topic, limits: limits)
        case UInt8(ascii: "["): broadcast = try decodeFrame(bytes, topic: topic, limits: limits)
        default: throw WireError(.malformedMessage, "neither a JSON object nor a V2 frame nor a node's message")
        }
        guard broadcast.payload.isJSONObject else {
            throw WireError(.malformedMessage, "the payload is not a JSON object")
        }
        return BroadcastEnvelope(broadcast)
    }

    /// Decodes `cs1 NODE EXCLUDED FRAME`.
    private static func decodeNodeForm(
        _ message: ByteBuffer,
        topic: String,
        limits: DecodingLimits
    ) throws(WireError) -> BroadcastEnvelope {
        var message = message
        let version = try field(&message)
        guard version == "cs1" else {
            throw WireError(.malformedMessage, "a node's message of version \(version), this node speaks cs1")
        }
        let node = try field(&message)
        let excluding = try field(&message)
        let broadcast: Broadcast
        if message.withUnsafeReadableBytes({ $0.first }) == UInt8(ascii: "[") {
            broadcast = try decodeFrame(message, topic: topic, limits: limits)
        } else {
            broadcast = try V2BinaryFormat.decodeBroadcast(message, limits: limits)
            guard broadcast.topic.hasSameBytes(as: topic) else { throw anotherTopic() }
        }
        return BroadcastEnvelope(
            broadcast,
            node: node == "-" ? nil : node,
            excluding: excluding == "-" ? nil : excluding
        )
    }

    /// Takes a field of the header and the space after it.
    private static func field(_ message: inout ByteBuffer) throws(WireError) -> String {
        let field = message.withUnsafeReadableBytes { bytes -> String? in
            guard let end = bytes.firstIndex(of: UInt8(ascii: " ")) else { return nil }
            let content = bytes[..<end]
            return isField(content) ? String(decoding: content, as: UTF8.self) : nil
        }
        guard let field else {
            throw WireError(.malformedMessage, "the header of a node's message is malformed")
        }
        message.moveReaderIndex(forwardBy: field.utf8.count + 1)
        return field
    }

    /// Decodes `[null, null, topic, event, payload]`; the refs are not looked at.
    private static func decodeFrame(
        _ message: ByteBuffer,
        topic: String,
        limits: DecodingLimits
    ) throws(WireError) -> Broadcast {
        try message.withUnsafeReadableBytes { bytes throws(WireError) in
            let elements = try V2TextDecoder.scan(bytes, limits: limits)
            guard elements.event.isString(in: bytes) else { throw noEvent() }
            guard elements.topic.isString(in: bytes),
                elements.topic.text(in: bytes).hasSameBytes(as: topic)
            else { throw anotherTopic() }
            return Broadcast(
                topic: topic,
                event: elements.event.text(in: bytes),
                payload: elements.payload.payload(in: message)
            )
        }
    }

    /// Decodes `{"event": ..., "payload": ...}`; a topic may be there if it is the right one.
    private static func decodeObject(
        _ message: ByteBuffer,
        topic: String,
        limits: DecodingLimits
    ) throws(WireError) -> Broadcast {
        try message.withUnsafeReadableBytes { bytes throws(WireError) in
            let members = try V1Decoder.scan(bytes, limits: limits)
            guard let event = members.event, event.isString(in: bytes) else { throw noEvent() }
            try limits.check(topicBytes: topic.utf8.count, eventBytes: event.count - 2)
            if let other = members.topic {
                guard other.isString(in: bytes), other.text(in: bytes).hasSameBytes(as: topic) else {
                    throw anotherTopic()
                }
            }
            return Broadcast(
                topic: topic,
                event: event.text(in: bytes),
                payload: members.payload?.payload(in: message) ?? .emptyObject
            )
        }
    }

    private static func anotherTopic() -> WireError {
        WireError(.malformedMessage, "the message is for another topic than its channel")
    }

    private static func noEvent() -> WireError {
        WireError(.malformedMessage, "the event is missing or not a string")
    }
}
