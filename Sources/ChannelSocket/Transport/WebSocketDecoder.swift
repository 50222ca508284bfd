package import NIOCore

/// Turns the bytes of one client into messages and control frames, by the letter of RFC 6455 §5.
///
/// Feed every read with ``append(_:)``, then call ``next()`` until it returns nil. Complete frames are decoded straight
/// from the bytes given, each message into a fresh buffer of its own; between reads the decoder keeps only what is
/// incomplete, which is nothing at all for an idle connection. Time is linear in the bytes received, and memory
/// is bound by what arrived and by the message limit, whatever lengths the client claims.
///
/// After an error or a close frame the decoder ignores everything.
package struct WebSocketDecoder: ~Copyable {
    /// What has not been decoded; nil between reads unless a header or a control frame was cut.
    private var input: ByteBuffer?
    /// The data message that is incomplete, if any.
    private var partial: WebSocketPartialMessage?
    private let maxMessageBytes: Int
    /// Whether the connection is over, by error or close frame.
    package private(set) var isFinished = false

    /// Creates a decoder for a new connection.
    ///
    /// - Parameter maxMessageBytes: the longest message to accept, all its fragments together; at most 1 GiB.
    package init(maxMessageBytes: Int) {
        // A ByteBuffer ends at 4 GiB, and traps there.
        self.maxMessageBytes = min(maxMessageBytes, 1 << 30)
    }

    /// Whether a message or frame has begun and not ended.
    package var isMidMessage: Bool { partial != nil || input != nil }

    /// How many bytes of a message there are whose end is not.
    package var unfinishedBytes: Int { partial?.bytes.readableBytes ?? 0 }

    /// Forgets everything, and ignores whatever follows.
    package mutating func giveUp() {
        finish()
    }

    /// Adds bytes read from the connection.
    ///
    /// - Parameter bytes: the bytes; the decoder does not write to them.
    package mutating func append(_ bytes: ByteBuffer) {
        guard !isFinished, bytes.readableBytes > 0 else { return }
        if input == nil {
            input = bytes
        } else {
            input?.writeImmutableBuffer(bytes)
        }
    }

    /// Decodes up to the next event.
    ///
    /// - Returns: the event, or nil if more bytes are needed for one.
    /// - Throws: ``WebSocketError`` if the connection has to be failed.
    package mutating func next() throws(WebSocketError) -> WebSocketEvent? {
        guard var bytes = input.take() else { return nil }
        let event: WebSocketEvent?
        do {
            event = try decode(&bytes)
        } catch {
            finish()
            throw error
        }
        if case .close = event {
            finish()
        } else if bytes.readableBytes > 0 {
            // Waiting with a few bytes must not keep a whole read buffer alive.
            input = event == nil ? ByteBuffer(buffer: bytes) : bytes
        }
        return event
    }

    private mutating func finish() {
        isFinished = true
        input = nil
        partial = nil
    }

    private mutating func decode(_ bytes: inout ByteBuffer) throws(WebSocketError) -> WebSocketEvent? {
        while bytes.readableBytes > 0 {
            if let partial, partial.missingInFrame > 0 {
                if let event = try advance(partial, with: &bytes) { return event }
                continue
            }
            guard let header = try WebSocketFrameHeader(peeking: bytes) else { return nil }
            if header.opcode.isControl {
                guard bytes.readableBytes >= header.size + header.length else { return nil }
                bytes.moveReaderIndex(forwardBy: header.size)
                return try decodeControl(header, &bytes)
            }
            try check(header)
            bytes.moveReaderIndex(forwardBy: header.size)
            if header.isFinal, partial == nil, bytes.readableBytes >= header.length {
                return try decodeWhole(header, &bytes)
            }
            let message = partial ?? WebSocketPartialMessage(isText: header.opcode == .text)
            partial = message
            message.beginFrame(header)
            if let event = try advance(message, with: &bytes) { return event }
        }
        return nil
    }

    /// Checks that a data frame may come now (RFC 6455 §5.4) and that its message stays within the limits.
    private func check(_ header: WebSocketFrameHeader) throws(WebSocketError) {
        if header.opcode == .continuation {
            guard let partial else { throw .protocolError("nothing to continue") }
            guard !partial.isShredded else { throw .tooManyFragments }
        } else {
            guard partial == nil else { throw .protocolError("message inside a fragmented message") }
        }
        // Subtracting cannot overflow, adding the claimed length could.
        guard header.length <= maxMessageBytes - (partial?.bytes.readableBytes ?? 0) else { throw .messageTooBig }
    }

    /// Decodes a message of one frame that is there completely.
    private func decodeWhole(
        _ header: WebSocketFrameHeader, _ bytes: inout ByteBuffer
    ) throws(WebSocketError) -> WebSocketEvent {
        var message = ByteBuffer()
        let isASCII = message.writeUnmasked(&bytes, count: header.length, key: header.maskingKey)
        guard header.opcode == .text else { return .binary(message) }
        if !isASCII {
            var validator = UTF8Validator()
            let isValid = message.withUnsafeReadableBytes { validator.validate($0) }
            guard isValid, validator.isComplete else { throw .invalidUTF8 }
        }
        return .text(message)
    }

    private mutating func advance(
        _ message: WebSocketPartialMessage, with bytes: inout ByteBuffer
    ) throws(WebSocketError) -> WebSocketEvent? {
        try message.absorb(&bytes)
        guard message.isComplete else { return nil }
        partial = nil
        return message.isText ? .text(message.bytes) : .binary(message.bytes)
    }

    private func decodeControl(
        _ header: WebSocketFrameHeader, _ bytes: inout ByteBuffer
    ) throws(WebSocketError) -> WebSocketEvent {
        var body = ByteBuffer()
        _ = body.writeUnmasked(&bytes, count: header.length, key: header.maskingKey)
        switch header.opcode {
        case .ping: return .ping(body)
        case .pong: return .pong(body)
        default: return try decodeClose(&body)
        }
    }

    /// Decodes the body of a close frame (RFC 6455 §5.5.1 and §7.4).
    private func decodeClose(_ body: inout ByteBuffer) throws(WebSocketError) -> WebSocketEvent {
        guard body.readableBytes > 0 else { return .close(code: nil, reason: "") }
        guard let code: UInt16 = body.readInteger() else { throw .protocolError("close code cut short") }
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: throw .protocolError("invalid close code")
        }
        var validator = UTF8Validator()
        let isValid = body.withUnsafeReadableBytes { validator.validate($0) }
        guard isValid, validator.isComplete else { throw .invalidUTF8 }
        return .close(code: code, reason: String(buffer: body))
    }
}
