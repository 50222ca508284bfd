import CHiredis
import NIOCore

/// A reply as hiredis parsed it, and its owner.
///
/// Short-lived: made by ``RedisReader``, looked at in the same event, freed. What lives on is copied out.
struct RedisReply: ~Copyable {
    private let pointer: UnsafeMutablePointer<redisReply>

    /// Takes ownership of what `redisReaderGetReply` returned.
    init(owning pointer: UnsafeMutableRawPointer) {
        self.pointer = pointer.assumingMemoryBound(to: redisReply.self)
    }

    deinit {
        freeReplyObject(pointer)
    }

    /// The reply as a Swift value.
    var value: RESPValue { Self.value(of: pointer) }

    /// The message of an error reply, nil for any other.
    var errorMessage: String? {
        guard pointer.pointee.type == REDIS_REPLY_ERROR else { return nil }
        return String(decoding: Self.bytes(of: pointer), as: UTF8.self)
    }

    /// Looks at the reply as the pub/sub event it may be.
    ///
    /// - Parameter body: takes the kind (`message`, `subscribe`, `unsubscribe`, `pong`), the channel, and the
    ///   payload, which is empty but for messages; all valid only during the call.
    /// - Returns: what `body` returned; nil if the reply is no pub/sub event.
    func withPubSubEvent<Result>(
        _ body: (_ kind: UnsafeRawBufferPointer, _ channel: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer)
            -> Result
    ) -> Result? {
        let reply = pointer.pointee
        guard reply.type == REDIS_REPLY_ARRAY, (2...3).contains(reply.elements), let elements = reply.element,
            let kind = elements[0], kind.pointee.type == REDIS_REPLY_STRING, let second = elements[1]
        else { return nil }
        var payload = UnsafeRawBufferPointer(start: nil, count: 0)
        if reply.elements == 3, let third = elements[2], third.pointee.type == REDIS_REPLY_STRING {
            payload = Self.bytes(of: third)
        }
        return body(Self.bytes(of: kind), Self.bytes(of: second), payload)
    }

    /// The bytes of a string, status or error reply; nothing for any other.
    private static func bytes(of pointer: UnsafeMutablePointer<redisReply>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: pointer.pointee.str, count: pointer.pointee.str == nil ? 0 : pointer.pointee.len)
    }

    /// Copies a reply; the recursion ends because the reader refuses deep arrays.
    private static func value(of pointer: UnsafeMutablePointer<redisReply>) -> RESPValue {
        switch pointer.pointee.type {
        case REDIS_REPLY_STRING: .string(ByteBuffer(bytes: bytes(of: pointer)))
        case REDIS_REPLY_STATUS: .status(String(decoding: bytes(of: pointer), as: UTF8.self))
        case REDIS_REPLY_ERROR: .error(String(decoding: bytes(of: pointer), as: UTF8.self))
        case REDIS_REPLY_INTEGER: .integer(pointer.pointee.integer)
        case REDIS_REPLY_ARRAY:
            .array(
                UnsafeBufferPointer(start: pointer.pointee.element, count: Int(pointer.pointee.elements))
                    .map { element in element.map(value(of:)) ?? .null }
            )
        default: .null
        }
    }
}
