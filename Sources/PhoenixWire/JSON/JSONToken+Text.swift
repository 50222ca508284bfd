internal import NIOCore

extension JSONToken {
    /// Whether the value is a string.
    @inline(__always)
    func isString(in bytes: UnsafeRawBufferPointer) -> Bool { bytes[start] == UInt8(ascii: "\"") }

    /// The string the value is, or for any other value its JSON text.
    @inline(__always)
    func text(in bytes: UnsafeRawBufferPointer) -> String {
        guard isString(in: bytes) else { return json(in: bytes) }
        let content = UnsafeRawBufferPointer(rebasing: bytes[start &+ 1..<end &- 1])
        return isEscapedString ? JSONString.decode(content) : String(decoding: content, as: UTF8.self)
    }

    /// The JSON text of the value.
    @inline(__always)
    func json(in bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
    }

    /// The value as a ref.
    @inline(__always)
    func ref(in bytes: UnsafeRawBufferPointer) -> Ref {
        isEscapedString ? Ref(string: text(in: bytes)) : Ref(json: json(in: bytes))
    }

    /// The value as a payload: its bytes in the message, rewritten only if an object repeats a key.
    ///
    /// - Parameter message: the readable bytes that were scanned.
    /// - Returns: the payload.
    @inline(__always)
    func payload(in message: ByteBuffer) -> Payload {
        // The token lies within the readable bytes, so there always is a slice.
        let slice = message.getSlice(at: message.readerIndex &+ start, length: count) ?? ByteBuffer()
        return .json(mayRepeatKeys ? RepeatedMembers.removed(from: slice) : slice)
    }
}
