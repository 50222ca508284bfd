import CHiredis
import NIOCore

/// Turns bytes from Redis into replies with hiredis' incremental parser.
///
/// Feed what arrives, then take replies until there is none. After an error the reader is of no more use: the stream
/// can't be resynchronised.
struct RedisReader: ~Copyable {
    /// The default limit for one reply in bytes.
    static let defaultMaxReplyBytes = 64 << 20
    /// The default limit for the elements of one array.
    static let defaultMaxElements = 1 << 20
    /// How much of an empty buffer is kept for the next read.
    ///
    /// hiredis' own 16 KB is less than what one read of a
    /// busy connection brings, so it would free and allocate all the time.
    private static let maxIdleBuffer = 1 << 20

    private let reader: UnsafeMutablePointer<chiredis_reader>?
    private let maxReplyBytes: Int
    /// Bytes fed since the last complete reply: what an incomplete one makes us hold.
    private var bytesSinceReply = 0

    init(maxReplyBytes: Int = defaultMaxReplyBytes, maxElements: Int = defaultMaxElements) {
        reader = chiredis_reader_create(max(1, maxElements), Self.maxIdleBuffer)
        self.maxReplyBytes = maxReplyBytes
    }

    deinit {
        chiredis_reader_free(reader)
    }

    /// Adds bytes.
    mutating func feed(_ bytes: ByteBuffer) throws(RESPError) {
        guard let reader else { throw RESPError(.outOfMemory, "hiredis could not make a reader") }
        let status = bytes.withUnsafeReadableBytes { raw in
            redisReaderFeed(reader.pointee.reader, raw.bindMemory(to: CChar.self).baseAddress, raw.count)
        }
        guard status == REDIS_OK else { throw Self.error(of: reader) }
        bytesSinceReply += bytes.readableBytes
    }

    /// Takes the next complete reply; nil when more bytes are needed.
    mutating func next() throws(RESPError) -> RedisReply? {
        guard let reader else { throw RESPError(.outOfMemory, "hiredis could not make a reader") }
        var reply: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader.pointee.reader, &reply) == REDIS_OK else { throw Self.error(of: reader) }
        guard let reply else {
            guard bytesSinceReply <= maxReplyBytes else {
                throw RESPError(.limitExceeded, "a reply is larger than \(maxReplyBytes) bytes")
            }
            return nil
        }
        bytesSinceReply = chiredis_reader_unread(reader)
        return RedisReply(owning: reply)
    }

    private static func error(of reader: UnsafeMutablePointer<chiredis_reader>) -> RESPError {
        if reader.pointee.limit_exceeded != 0 {
            return RESPError(.limitExceeded, "an array has too many elements or is nested too deep")
        }
        let message = String(cString: chiredis_reader_error(reader))
        return RESPError(reader.pointee.reader.pointee.err == REDIS_ERR_OOM ? .outOfMemory : .malformed, message)
    }
}
