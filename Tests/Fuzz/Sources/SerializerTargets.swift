import NIOCore
import PhoenixWire

/// Decodes V1 messages.
let v1Target: FuzzTarget = { input in
    checkText(frame(input), as: .v1)
}

/// Decodes V2 text messages.
let v2TextTarget: FuzzTarget = { input in
    checkText(frame(input), as: .v2)
}

/// Decodes V2 binary messages.
let v2BinaryTarget: FuzzTarget = { input in
    guard case .message(let message) = try? Serializer.v2.decode(binary: frame(input)) else { return }
    mustSucceed {
        var written = ByteBuffer()
        let reply = Reply(
            joinRef: message.joinRef,
            ref: message.ref,
            topic: message.topic,
            status: .ok,
            payload: message.payload
        )
        _ = try Serializer.v2.encode(reply, into: &written)
        precondition(written.readableBytes == 2 + input.count - message.event.utf8.count)
    }
}

/// What decodes must be a JSON payload, and the same message when it is written and decoded again.
private func checkText(_ frame: ByteBuffer, as serializer: Serializer) {
    guard case .message(var message) = try? serializer.decode(text: frame) else { return }
    mustSucceed {
        let checked = try Payload(json: message.payload.bytes)
        precondition(checked == message.payload)
        guard serializer == .v1 || message.payload.isJSONObject else { return }
        var written = ByteBuffer()
        _ = try serializer.encodeMessage(
            joinRef: message.joinRef,
            ref: message.ref,
            topic: message.topic,
            event: message.event,
            payload: message.payload,
            into: &written
        )
        if serializer == .v1 {
            message.joinRef = .null
        }
        // An event that was no string is one now, with escapes that need not fit the limit.
        let decoded = try serializer.decode(text: written, limits: DecodingLimits(maxEventBytes: .max))
        precondition(decoded == .message(message), "written: \(String(buffer: written))")
    }
}
