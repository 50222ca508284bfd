public import NIOCore

/// One argument of a Redis command: any bytes.
public enum RedisArgument: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// Text.
    case text(String)
    /// Bytes.
    case bytes(ByteBuffer)

    /// Creates a text argument.
    public init(stringLiteral value: String) {
        self = .text(value)
    }

    /// Creates an argument of decimal digits.
    public init(_ number: some BinaryInteger) {
        self = .text(String(number))
    }
}
