internal import NIOCore

/// Decodes V1 messages: an object with `topic`, `event`, `payload`, `ref` and perhaps `join_ref`.
///
/// Source: `serializers/v1_json_serializer.ex`, `Phoenix.Socket.Message.from_map!`.
enum V1Decoder {
    /// The members of a message that are present.
    struct Members {
        var topic: JSONToken?
        var event: JSONToken?
        var payload: JSONToken?
        var ref: JSONToken?
        var joinRef: JSONToken?

        /// Keeps the value if the name is known; of several values the first.
        mutating func insert(_ value: JSONToken, name: String) {
            switch name {
            case "topic": topic = topic ?? value
            case "event": event = event ?? value
            case "payload": payload = payload ?? value
            case "ref": ref = ref ?? value
            case "join_ref": joinRef = joinRef ?? value
            default: break
            }
        }
    }

    /// Decodes one message.
    static func decode(_ text: ByteBuffer, limits: DecodingLimits) throws(WireError) -> DecodedMessage {
        try text.withUnsafeReadableBytes { bytes throws(WireError) in
            let members = try scan(bytes, limits: limits)
            guard let topic = members.topic, let event = members.event, let payload = members.payload,
                let ref = members.ref
            else { throw WireError(.malformedMessage, "a V1 message needs topic, event, payload and ref") }
            try limits.check(topic: topic, event: event)
            try limits.check(ref: ref)
            if let joinRef = members.joinRef {
                try limits.check(ref: joinRef)
            }
            let joinRef = members.joinRef?.ref(in: bytes) ?? .null
            guard topic.isString(in: bytes) else {
                return .invalidTopic(
                    topicJSON: topic.json(in: bytes),
                    joinRef: joinRef,
                    ref: ref.ref(in: bytes),
                    event: event.text(in: bytes)
                )
            }
            return .message(
                Message(
                    joinRef: joinRef,
                    ref: ref.ref(in: bytes),
                    topic: topic.text(in: bytes),
                    event: event.text(in: bytes),
                    payload: payload.payload(in: text)
                )
            )
        }
    }

    /// Finds the members of one JSON object that have a meaning; others are checked and ignored.
    static func scan(_ bytes: UnsafeRawBufferPointer, limits: DecodingLimits) throws(WireError) -> Members {
        var scanner = JSONScanner(bytes, maxDepth: limits.maxDepth)
        var members = Members()
        scanner.skipWhitespace()
        guard scanner.take(UInt8(ascii: "{")) else {
            throw WireError(.malformedMessage, "the message is not a JSON object")
        }
        scanner.skipWhitespace()
        if !scanner.take(UInt8(ascii: "}")) {
            repeat {
                let name = try scanner.scanValue()
                guard name.isString(in: bytes), scanner.take(UInt8(ascii: ":")) else { throw scanner.malformed() }
                members.insert(try scanner.scanValue(), name: name.text(in: bytes))
            } while scanner.take(UInt8(ascii: ","))
            guard scanner.take(UInt8(ascii: "}")) else { throw scanner.malformed() }
        }
        scanner.skipWhitespace()
        guard scanner.isAtEnd else { throw scanner.malformed() }
        return members
    }
}
