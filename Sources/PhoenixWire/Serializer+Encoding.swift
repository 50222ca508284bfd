public import NIOCore

/// Every method appends exactly one message, without a WebSocket header; when it throws, the buffer is unchanged.
extension Serializer {
    /// Appends a reply.
    ///
    /// - Parameters:
    ///   - reply: the reply; V1 sends no join ref.
    ///   - buffer: what to append to.
    /// - Returns: the kind of frame the message must be sent in.
    /// - Throws: ``WireError`` of code `notEncodable` for a binary payload on V1, and for a topic or ref of more than
    ///   255 bytes with a binary payload.
    public func encode(_ reply: Reply, into buffer: inout ByteBuffer) throws(WireError) -> FrameKind {
        switch reply.payload {
        case .json(let response):
            let parts = TextParts(replyStatus: reply.status, joinRef: reply.joinRef, ref: reply.ref, payload: response)
            parts.write(topic: .string(reply.topic), as: self, into: &buffer)
            return .text
        case .binary(let response):
            guard self == .v2 else { throw Self.binaryOnV1() }
            try V2BinaryFormat.encode(reply, payload: response, into: &buffer)
            return .binary
        }
    }

    /// Appends a reply to a message whose topic was not a string.
    ///
    /// - Parameters:
    ///   - topicJSON: the JSON text of the topic, as decoded.
    ///   - joinRef: the join ref of the reply; V1 sends none.
    ///   - ref: the ref of the message.
    ///   - status: success or failure.
    ///   - payload: the response, JSON.
    ///   - buffer: what to append to.
    /// - Returns: the kind of frame the message must be sent in.
    /// - Throws: ``WireError`` of code `notEncodable` for a binary payload.
    public func encodeReply(
        toInvalidTopic topicJSON: String,
        joinRef: Ref,
        ref: Ref,
        status: ReplyStatus,
        payload: Payload,
        into buffer: inout ByteBuffer
    ) throws(WireError) -> FrameKind {
        guard case .json(let response) = payload else {
            throw WireError(.notEncodable, "a binary message needs a string as its topic")
        }
        let parts = TextParts(replyStatus: status, joinRef: joinRef, ref: ref, payload: response)
        parts.write(topic: .json(topicJSON), as: self, into: &buffer)
        return .text
    }

    /// Appends a push to one client.
    ///
    /// - Parameters:
    ///   - joinRef: the join ref of the channel; V1 sends none.
    ///   - topic: the topic.
    ///   - event: the event.
    ///   - payload: on V2 a JSON object or binary, on V1 any JSON value.
    ///   - buffer: what to append to.
    /// - Returns: the kind of frame the message must be sent in.
    /// - Throws: ``WireError`` of code `notEncodable` for another payload, and for strings of more than 255 bytes
    ///   with a binary payload. Phoenix' channel crashes then.
    public func encodePush(
        joinRef: Ref,
        topic: String,
        event: String,
        payload: Payload,
        into buffer: inout ByteBuffer
    ) throws(WireError) -> FrameKind {
        try encodeMessage(joinRef: joinRef, ref: .null, topic: topic, event: event, payload: payload, into: &buffer)
    }

    /// Appends a push with a ref, which is what `phx_close` and `phx_error` are.
    ///
    /// - Parameters:
    ///   - joinRef: the join ref of the channel; V1 sends none.
    ///   - ref: the ref, lost if the payload is binary.
    ///   - topic: the topic.
    ///   - event: the event.
    ///   - payload: on V2 a JSON object or binary, on V1 any JSON value.
    ///   - buffer: what to append to.
    /// - Returns: the kind of frame the message must be sent in.
    /// - Throws: ``WireError`` of code `notEncodable`, as ``encodePush(joinRef:topic:event:payload:into:)``.
    public func encodeMessage(
        joinRef: Ref,
        ref: Ref,
        topic: String,
        event: String,
        payload: Payload,
        into buffer: inout ByteBuffer
    ) throws(WireError) -> FrameKind {
        switch payload {
        case .json(let json):
            guard self == .v1 || payload.isJSONObject else { throw Self.notAnObject() }
            TextParts(joinRef: joinRef, ref: ref, event: event, payload: json)
                .write(topic: .string(topic), as: self, into: &buffer)
            return .text
        case .binary(let bytes):
            guard self == .v2 else { throw Self.binaryOnV1() }
            try V2BinaryFormat.encodePush(joinRef: joinRef, topic: topic, event: event, payload: bytes, into: &buffer)
            return .binary
        }
    }

    /// Appends a broadcast: the same bytes for every subscriber of this version.
    ///
    /// - Parameters:
    ///   - broadcast: the broadcast; its payload on V2 a JSON object or binary, on V1 any JSON value.
    ///   - buffer: what to append to.
    /// - Returns: the kind of frame the message must be sent in.
    /// - Throws: ``WireError`` of code `notEncodable` for another payload, and for strings of more than 255 bytes
    ///   with a binary payload. Phoenix' sending channel crashes then.
    public func encode(_ broadcast: Broadcast, into buffer: inout ByteBuffer) throws(WireError) -> FrameKind {
        if self == .v2, case .binary(let bytes) = broadcast.payload {
            try V2BinaryFormat.encodeBroadcast(
                topic: broadcast.topic,
                event: broadcast.event,
                payload: bytes,
                into: &buffer
            )
            return .binary
        }
        return try encodeMessage(
            joinRef: .null,
            ref: .null,
            topic: broadcast.topic,
            event: broadcast.event,
            payload: broadcast.payload,
            into: &buffer
        )
    }

    @inline(never)
    private static func binaryOnV1() -> WireError {
        WireError(.notEncodable, "version 1 cannot carry a binary payload")
    }

    @inline(never)
    private static func notAnObject() -> WireError {
        WireError(.notEncodable, "the payload of a push or broadcast must be a JSON object or binary")
    }
}
