import NIOCore

/// The header of a frame sent by a client.
///
/// Source: RFC 6455 §5.2.
struct WebSocketFrameHeader {
    /// Whether the frame is the last of its message.
    var isFinal: Bool
    /// What the frame is.
    var opcode: WebSocketOpcode
    /// The length of the payload, as claimed.
    var length: Int
    /// The masking key, its first byte in the lowest bits.
    var maskingKey: UInt32
    /// How many bytes the header itself takes.
    var size: Int

    /// Parses the header at the start of the readable bytes, without consuming it; nil if it is not all there.
    ///
    /// - Parameter bytes: bytes of the connection from the start of a frame.
    /// - Throws: ``WebSocketError`` (1002) as soon as the bytes cannot be the header of a permitted client frame.
    init?(peeking bytes: ByteBuffer) throws(WebSocketError) {
        let start = bytes.readerIndex
        guard let first: UInt8 = bytes.getInteger(at: start) else { return nil }
        guard first & 0x70 == 0 else { throw .protocolError("reserved bit set") }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else { throw .protocolError("reserved opcode") }
        let isFinal = first & 0x80 != 0
        guard isFinal || !opcode.isControl else { throw .protocolError("fragmented control frame") }

        guard let second: UInt8 = bytes.getInteger(at: start + 1) else { return nil }
        guard second & 0x80 != 0 else { throw .protocolError("frame not masked") }
        let shortLength = Int(second & 0x7F)
        guard shortLength <= 125 || !opcode.isControl else { throw .protocolError("control frame too long") }

        let lengthSize: Int
        switch shortLength {
        case 126:
            guard let long: UInt16 = bytes.getInteger(at: start + 2) else { return nil }
            guard long > 125 else { throw .protocolError("length not minimal") }
            length = Int(long)
            lengthSize = 2
        case 127:
            guard let long: UInt64 = bytes.getInteger(at: start + 2) else { return nil }
            guard long > UInt64(UInt16.max), let value = Int(exactly: long) else {
                throw .protocolError(long > UInt64(UInt16.max) ? "length out of range" : "length not minimal")
            }
            length = value
            lengthSize = 8
        default:
            length = shortLength
            lengthSize = 0
        }
        guard let key: UInt32 = bytes.getInteger(at: start + 2 + lengthSize, endianness: .little) else { return nil }
        maskingKey = key
        size = 2 + lengthSize + 4
        self.isFinal = isFinal
        self.opcode = opcode
    }
}
