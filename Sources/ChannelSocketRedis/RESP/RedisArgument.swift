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

    /// Lends the bytes, valid during the call only.
    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        switch self {
        case .text(var text): text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
        case .bytes(let bytes): bytes.withUnsafeReadableBytes(body)
        }
    }
}
