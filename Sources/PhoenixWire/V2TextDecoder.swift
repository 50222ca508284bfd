internal import NIOCore

/// Decodes V2 text messages: `[join_ref, ref, topic, event, payload]`.
///
/// Source: `serializers/v2_json_serializer.ex`, `decode_text`.
enum V2TextDecoder {
    /// The first five elements of a frame.
    struct Elements {
        var joinRef: JSONToken
        var ref: JSONToken
        var topic: JSONToken
        var event: JSONToken
        var payload: JSONToken
    }

    /// Decodes one message.
    static func decode(_ text: ByteBuffer, limits: DecodingLimits) throws(WireError) -> DecodedMessage {
        try text.withUnsafeReadableBytes { bytes throws(WireError) in
            let elements = try scan(bytes, limits: limits)
            let joinRef = elements.joinRef.ref(in: bytes)
            let ref = elements.ref.ref(in: bytes)
            let event = elements.event.text(in: bytes)
            guard elements.topic.isString(in: bytes) else {
                let topicJSON = elements.topic.json(in: bytes)
                return .invalidTopic(topicJSON: topicJSON, joinRef: joinRef, ref: ref, event: event)
            }
            let topic = elements.topic.text(in: bytes)
            let payload = elements.payload.payload(in: text)
            return .message(Message(joinRef: joinRef, ref: ref, topic: topic, event: event, payload: payload))
        }
    }

    /// Finds the elements of one frame; those after the fifth are checked and ignored.
    @inline(__always)
    static func scan(_ bytes: UnsafeRawBufferPointer, limits: DecodingLimits) throws(WireError) -> Elements {
        var scanner = JSONScanner(bytes, maxDepth: limits.maxDepth)
        scanner.skipWhitespace()
        guard scanner.take(UInt8(ascii: "[")) else {
            throw WireError(.malformedMessage, "a V2 message is a JSON array")
        }
        scanner.skipWhitespace()
        let joinRef = try element(&scanner)
        let ref = try element(&scanner)
        let topic = try element(&scanner)
        let event = try element(&scanner)
        let payload = try scanner.scanValue()
        while scanner.take(UInt8(ascii: ",")) {
            _ = try scanner.scanValue()
        }
        guard scanner.take(UInt8(ascii: "]")) else { throw scanner.malformed() }
        scanner.skipWhitespace()
        guard scanner.isAtEnd else { throw scanner.malformed() }
        try limits.check(ref: joinRef)
        try limits.check(ref: ref)
        try limits.check(topic: topic, event: event)
        return Elements(joinRef: joinRef, ref: ref, topic: topic, event: event, payload: payload)
    }

    /// Skips one of the first four elements and the comma after it.
    @inline(__always)
    private static func element(_ scanner: inout JSONScanner) throws(WireError) -> JSONToken {
        if scanner.next == UInt8(ascii: "]") { throw tooShort() }
        let token = try scanner.scanValue()
        guard scanner.take(UInt8(ascii: ",")) else {
            throw scanner.next == UInt8(ascii: "]") ? tooShort() : scanner.malformed()
        }
        return token
    }

    @inline(never)
    private static func tooShort() -> WireError {
        WireError(.malformedMessage, "a V2 message has five elements")
    }
}
