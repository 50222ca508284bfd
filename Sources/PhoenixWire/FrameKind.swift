/// The WebSocket opcode an encoded message needs.
public enum FrameKind: Hashable, Sendable {
    /// A text frame.
    case text
    /// A binary frame.
    case binary
}
