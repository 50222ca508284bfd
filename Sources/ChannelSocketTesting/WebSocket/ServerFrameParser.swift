internal import NIOCore

/// Turns a server's bytes into events, strictly: what RFC 6455 forbids a server to send is a violation.
struct ServerFrameParser {
    private var message: (opcode: UInt8, payload: [UInt8])?

    /// Takes the next event out of the buffer.
    ///
    /// - Parameter buffer: what was received and not yet parsed.
    /// - Returns: nil if there is no whole frame, or only fragments of a message.
    mutating func next(from buffer: inout ByteBuffer) -> TestWebSocketEvent? {
        while let frame = Self.readFrame(from: &buffer) {
            if let event = take(frame) { return event }
        }
        return nil
    }

    private struct Frame {
        var first: UInt8
        var masked: Bool
        var payload: [UInt8]

        var fin: Bool { first & 0x80 != 0 }
        var opcode: UInt8 { first & 0x0F }
    }

    private static func readFrame(from buffer: inout ByteBuffer) -> Frame? {
        var copy = buffer
        guard let first = copy.readInteger(as: UInt8.self), let second = copy.readInteger(as: UInt8.self) else {
            return nil
        }
        var length = Int(second & 0x7F)
        if length == 126 {
            guard let long = copy.readInteger(as: UInt16.self) else { return nil }
            length = Int(long)
        } else if length == 127 {
            guard let long = copy.readInteger(as: UInt64.self) else { return nil }
            length = Int(clamping: long)
        }
        let masked = second & 0x80 != 0
        if masked { copy.moveReaderIndex(forwardBy: min(4, copy.readableBytes)) }
        guard let payload = copy.readBytes(length: length) else { return nil }
        buffer = copy
        return Frame(first: first, masked: masked, payload: payload)
    }

    private mutating func take(_ frame: Frame) -> TestWebSocketEvent? {
        if frame.masked { return .violation("a masked frame") }
        if frame.first & 0x70 != 0 { return .violation("a frame with reserved bits") }
        switch frame.opcode {
        case 0:
            guard let begun = message else { return .violation("a continuation of nothing") }
            message = (begun.opcode, begun.payload + frame.payload)
            return frame.fin ? finishMessage() : nil
        case 1, 2:
            guard message == nil else { return .violation("a new message within a fragmented one") }
            message = (frame.opcode, frame.payload)
            return frame.fin ? finishMessage() : nil
        case 8...10:
            guard frame.fin, frame.payload.count <= 125 else { return .violation("a malformed control frame") }
            return Self.controlEvent(frame)
        default:
            return .violation("a frame of opcode \(frame.opcode)")
        }
    }

    private mutating func finishMessage() -> TestWebSocketEvent? {
        guard let (opcode, payload) = message else { return nil }
        message = nil
        guard opcode == 1 else { return .binary(payload) }
        guard let text = String(validating: payload, as: UTF8.self) else { return .violation("text that is not UTF-8") }
        return .text(text)
    }

    private static func controlEvent(_ frame: Frame) -> TestWebSocketEvent {
        switch frame.opcode {
        case 9: return .ping(frame.payload)
        case 10: return .pong(frame.payload)
        default:
            if frame.payload.isEmpty { return .close(code: nil, reason: "") }
            guard frame.payload.count >= 2, let reason = String(validating: frame.payload[2...], as: UTF8.self) else {
                return .violation("a malformed close frame")
            }
            return .close(code: UInt16(frame.payload[0]) << 8 | UInt16(frame.payload[1]), reason: reason)
        }
    }
}
