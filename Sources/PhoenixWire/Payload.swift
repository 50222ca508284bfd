public import NIOCore

/// The payload of a message as the bytes that came from, or go to, the wire.
///
/// Payloads are never decoded on the way through the server; handlers decode what they need.
public enum Payload: Hashable, Sendable {
    /// One JSON value, valid and without surrounding white space.
    case json(ByteBuffer)
    /// Opaque bytes, carried by V2 binary frames only.
    case binary(ByteBuffer)

    /// The JSON payload `{}`.
    public static let emptyObject = Payload.json(ByteBuffer(string: "{}"))

    /// Whether the payload is a JSON object, which is what V2 broadcasts and pushes must carry.
    public var isJSONObject: Bool {
        guard case .json(let bytes) = self else { return false }
        return bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) == UInt8(ascii: "{")
    }

    /// Whether the payload is opaque bytes.
    public var isBinary: Bool {
        guard case .binary = self else { return false }
        return true
    }

    /// The bytes, whatever they mean.
    public var bytes: ByteBuffer {
        switch self {
        case .json(let bytes), .binary(let bytes): bytes
        }
    }

    /// Whether the payload keeps more than so many bytes of others' alive.
    package func shares(moreThan limit: Int) -> Bool {
        switch self {
        case .json(let bytes), .binary(let bytes): bytes.storageCapacity - bytes.readableBytes > limit
        }
    }

    /// The payload in memory of its own, if it keeps more of others' alive than it may.
    ///
    /// A decoded payload is a part of the frame it came in, however little of it.
    ///
    /// - Parameter limit: how many bytes beside its own it may keep.
    /// - Returns: an equal payload.
    public func detached(ifSharing limit: Int) -> Payload {
        guard shares(moreThan: limit) else { return self }
        return isBinary ? .binary(ByteBuffer(buffer: bytes)) : .json(ByteBuffer(buffer: bytes))
    }
}
