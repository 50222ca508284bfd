internal import NIOCore

/// V2 binary messages: a kind, one size byte for each string, the strings, the payload.
///
/// Source: `serializers/v2_json_serializer.ex`.
enum V2BinaryFormat {
    private static let push: UInt8 = 0
    private static let reply: UInt8 = 1
    private static let broadcast: UInt8 = 2

    // MARK: Decoding

    /// Decodes a client's push. An empty join ref is the empty string, not null.
    static func decode(_ frame: ByteBuffer, limits: DecodingLimits) throws(WireError) -> Message {
        var frame = frame
        guard frame.readInteger(as: UInt8.self) == push else {
            throw WireError(.malformedBinary, "a binary message from a client is of kind 0")
        }
        guard let (joinRefSize, refSize, topicSize, eventSize) = frame.readMultipleIntegers(
            as: (UInt8, UInt8, UInt8, UInt8).self
        ) else { throw truncated() }
        let joinRef = try string(&frame, size: joinRefSize)
        let ref = try string(&frame, size: refSize)
        let topic = try string(&frame, size: topicSize)
        let event = try string(&frame, size: eventSize)
        try limits.check(topicBytes: topic.utf8.count, eventBytes: event.utf8.count)
        return Message(
            joinRef: Ref(string: joinRef),
            ref: Ref(string: ref),
            topic: topic,
            event: event,
            payload: .binary(frame.slice())
        )
    }

    /// Decodes a broadcast, as one node sends it to another.
    static func decodeBroadcast(_ frame: ByteBuffer, limits: DecodingLimits) throws(WireError) -> Broadcast {
        var frame = frame
        guard frame.readInteger(as: UInt8.self) == broadcast else {
            throw WireError(.malformedBinary, "a binary broadcast is of kind 2")
        }
        guard let (topicSize, eventSize) = frame.readMultipleIntegers(as: (UInt8, UInt8).self) else {
            throw truncated()
        }
        let topic = try string(&frame, size: topicSize)
        let event = try string(&frame, size: eventSize)
        try limits.check(topicBytes: topic.utf8.count, eventBytes: event.utf8.count)
        return Broadcast(topic: topic, event: event, payload: .binary(frame.slice()))
    }

    @inline(__always)
    private static func string(_ frame: inout ByteBuffer, size: UInt8) throws(WireError) -> String {
        guard let bytes = frame.readSlice(length: Int(size)) else { throw truncated() }
        guard bytes.withUnsafeReadableBytes(UTF8Sequence.isValid) else {
            throw WireError(.malformedBinary, "a string in a binary message is not UTF-8")
        }
        return String(buffer: bytes)
    }

    @inline(never)
    private static func truncated() -> WireError {
        WireError(.malformedBinary, "the binary message is shorter than its sizes say")
    }

    // MARK: Encoding

    /// Appends a reply.
    static func encode(_ reply: Reply, payload: ByteBuffer, into buffer: inout ByteBuffer) throws(WireError) {
        let joinRef = text(of: reply.joinRef)
        let ref = text(of: reply.ref)
        let joinRefSize = try size(of: joinRef)
        let refSize = try size(of: ref)
        let topicSize = try size(of: reply.topic)
        let status: StaticString = reply.status == .ok ? "ok" : "error"
        let strings = Int(joinRefSize) + Int(refSize) + Int(topicSize) + status.utf8CodeUnitCount
        buffer.writeMessage(of: 5 + strings + payload.readableBytes) { writer in
            writer.write(Self.reply)
            writer.write(joinRefSize)
            writer.write(refSize)
            writer.write(topicSize)
            writer.write(UInt8(truncatingIfNeeded: status.utf8CodeUnitCount))
            writer.write(joinRef)
            writer.write(ref)
            writer.write(reply.topic)
            writer.write(status)
            writer.write(payload)
        }
    }

    /// Appends a push to one client; the format has no place for a ref.
    static func encodePush(
        joinRef: Ref,
        topic: String,
        event: String,
        payload: ByteBuffer,
        into buffer: inout ByteBuffer
    ) throws(WireError) {
        let joinRef = text(of: joinRef)
        let joinRefSize = try size(of: joinRef)
        let topicSize = try size(of: topic)
        let eventSize = try size(of: event)
        let strings = Int(joinRefSize) + Int(topicSize) + Int(eventSize)
        buffer.writeMessage(of: 4 + strings + payload.readableBytes) { writer in
            writer.write(push)
            writer.write(joinRefSize)
            writer.write(topicSize)
            writer.write(eventSize)
            writer.write(joinRef)
            writer.write(topic)
            writer.write(event)
            writer.write(payload)
        }
    }

    /// Appends a broadcast.
    static func encodeBroadcast(
        topic: String,
        event: String,
        payload: ByteBuffer,
        into buffer: inout ByteBuffer
    ) throws(WireError) {
        let topicSize = try size(of: topic)
        let eventSize = try size(of: event)
        buffer.writeMessage(of: 3 + Int(topicSize) + Int(eventSize) + payload.readableBytes) { writer in
            writer.write(broadcast)
            writer.write(topicSize)
            writer.write(eventSize)
            writer.write(topic)
            writer.write(event)
            writer.write(payload)
        }
    }

    /// The ref as Phoenix' `to_string` gives it: null is empty, a string itself, anything else its JSON text.
    private static func text(of ref: Ref) -> String {
        ref.isNull ? "" : ref.stringValue ?? ref.json
    }

    private static func size(of text: String) throws(WireError) -> UInt8 {
        guard let size = UInt8(exactly: text.utf8.count) else {
            throw WireError(.notEncodable, "a string in a binary message has at most 255 bytes")
        }
        return size
    }
}
