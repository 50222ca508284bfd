public import NIOCore

/// A reply of Redis as a Swift value.
public enum RESPValue: Hashable, Sendable {
    /// A simple string such as `OK`.
    case status(String)
    /// A bulk string: any bytes.
    case string(ByteBuffer)
    /// An integer.
    case integer(Int64)
    /// An array.
    case array([RESPValue])
    /// The null reply.
    case null
    /// An error, inside an array or as a whole, such as `WRONGTYPE Operation against a key...`.
    case error(String)

    /// The text of a status or bulk string, the digits of an integer; nil for anything else and for invalid UTF-8.
    public var text: String? {
        switch self {
        case .status(let text): text
        case .string(let bytes): String(validating: bytes.readableBytesView, as: UTF8.self)
        case .integer(let number): String(number)
        case .array, .null, .error: nil
        }
    }

    /// The integer of an integer reply, or of a bulk string that is one.
    public var integer: Int64? {
        switch self {
        case .integer(let number): number
        case .string, .status: text.flatMap { Int64($0) }
        case .array, .null, .error: nil
        }
    }

    /// The elements of an array reply.
    public var array: [RESPValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }
}
