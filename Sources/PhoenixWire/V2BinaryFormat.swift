internal import NIOCore

/// V2 binary messages: a kind, one size byte for each string, the strings, the payload.
///
/// Source: `serializers/v2_json_serializer.ex`.
enum V2BinaryFormat {
    private static let push: UInt8 = 0
    private static let reply: UInt8 = 1
    private static let broadcast: UInt8 = 2

    // MARK: Decoding

    /// Decodes a client's push.
    ///
    /// An empty join ref is the empty string, not null.
    static func decode(_ frame: ByteBuffer, limits: DecodingLimits) throws(WireError) -> Message {
        try frame.withUnsafeReadableBytes { bytes throws(WireError) in
            guard bytes.first == push else {
                throw WireError(.malformedBinary, "a binary message from a client is of kind 0")
            }
            guard bytes.count >= 5 else { throw truncated() }
            var position = 5
            let joinRef = try string(of: bytes[1], in: bytes, at: &position)
            let ref = try string(of: bytes[2], in: bytes, at: &position)
            let topic = try string(of: bytes[3], in: bytes, at: &position)
            let event = try string(of: bytes[4], in: bytes, at: &position)
            try limits.check(topicBytes: topic.utf8.count, eventBytes: event.utf8.count)
            return Message(
                joinRef: Ref(string: joinRef),
                ref: Ref(string: ref),
                topic: topic,
                event: event,
                payload: payload(of: frame, from: position)
            )
        }
    }

    /// Decodes a broadcast, as one node sends it to another.
    static func decodeBroadcast(_ frame: ByteBuffer, limits: DecodingLimits) throws(WireError) -> Broadcast {
        try frame.withUnsafeReadableBytes { bytes throws(WireError) in
            guard bytes.first == broadcast else {
                throw WireError(.malformedBinary, "a binary broadcast is of kind 2")
            }
            guard bytes.count >= 3 else { throw truncated() }
            var position = 3
            let topic = try string(of: bytes[1], in: bytes, at: &position)
            let event = try string(of: bytes[2], in: bytes, at: &position)
            try limits.check(topicBytes: topic.utf8.count, eventBytes: event.utf8.count)
            return Broadcast(topic: topic, event: event, payload: payload(of: frame, from: position))
        }
    }

    /// Takes the string of that size.
    @inline(__always)
    private static func string(
        of size: UInt8,
        in bytes: UnsafeRawBufferPointer,
        at position: inout Int
    ) throws(WireError) -> String {
        let end = position &+ Int(size)
        guard end <= bytes.count else { throw truncated() }
        let content = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
        guard UTF8Sequence.isValid(content) else {
            throw WireError(.malformedBinary, "a string in a binary message is not UTF-8")
        }
        position = end
        return String(decoding: content, as: UTF8.self)
    }

    /// Everything from the index on.
    private static func payload(of frame: ByteBuffer, from index: Int) -> Payload {
        let start = frame.readerIndex &+ index
        return .binary(frame.getSlice(at: start, length: frame.writerIndex &- start) ?? ByteBuffer())
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
