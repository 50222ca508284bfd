internal import NIOCore
internal import NIOWebSocket
internal import PhoenixWire

/// A message to a server (V2).
struct ClientMessage {
    var joinRef: String?
    var ref: String?
    var topic: String
    var event: String
    var payload: Payload

    /// The message as a frame.
    ///
    /// - Throws: `WireError` of code `notEncodable` for a string of more than 255 bytes with a binary payload.
    func frame(allocator: ByteBufferAllocator) throws(WireError) -> WebSocketFrame {
        switch payload {
        case .json(let json):
            let head = [joinRef, ref, topic, event].map { $0.map(Payload.literal) ?? "null" }.joined(separator: ",")
            var data = allocator.buffer(capacity: head.utf8.count + json.readableBytes + 3)
            data.writeString("[\(head),")
            data.writeImmutableBuffer(json)
            data.writeString("]")
            return WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: data)
        case .binary(let bytes):
            let fields = [joinRef ?? "", ref ?? "", topic, event]
            var data = allocator.buffer(capacity: 64 + bytes.readableBytes)
            data.writeInteger(UInt8(0))
            for field in fields {
                guard let size = UInt8(exactly: field.utf8.count) else {
                    throw WireError(.notEncodable, "a string in a binary message has at most 255 bytes")
                }
                data.writeInteger(size)
            }
            for field in fields { data.writeString(field) }
            data.writeImmutableBuffer(bytes)
            return WebSocketFrame(fin: true, opcode: .binary, maskKey: .random(), data: data)
        }
    }
}
