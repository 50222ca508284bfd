/// The opcode of a frame.
///
/// Source: RFC 6455 §5.2.
package enum WebSocketOpcode: UInt8, Sendable {
    /// A further fragment of the message under way.
    case continuation = 0x0
    /// A text message or its first fragment.
    case text = 0x1
    /// A binary message or its first fragment.
    case binary = 0x2
    /// The closing handshake.
    case close = 0x8
    /// A ping.
    case ping = 0x9
    /// A pong, asked for or not.
    case pong = 0xA

    /// Whether frames of this opcode may come between the fragments of a message.
    var isControl: Bool { rawValue & 0x8 != 0 }
}
