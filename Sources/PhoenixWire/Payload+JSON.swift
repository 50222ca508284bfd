public import NIOCore

extension Payload {
    /// Creates a JSON payload from text.
    ///
    /// - Parameter text: one JSON value; white space around it is dropped.
    /// - Throws: ``WireError`` if it is not JSON.
    public init(json text: String) throws(WireError) {
        try self.init(json: ByteBuffer(string: text))
    }

    /// Creates a JSON payload from bytes that need to be checked.
    ///
    /// - Parameters:
    ///   - bytes: one JSON value; white space around it is dropped.
    ///   - limits: what to refuse.
    /// - Throws: ``WireError`` if it is not JSON.
    public init(json bytes: ByteBuffer, limits: DecodingLimits = .default) throws(WireError) {
        self = try bytes.withUnsafeReadableBytes { raw throws(WireError) in
            var scanner = JSONScanner(raw, maxDepth: limits.maxDepth)
            let value = try scanner.scanValue()
            guard scanner.isAtEnd else { throw scanner.malformed() }
            return value.payload(in: bytes)
        }
    }

    /// The JSON payload `{"reason": reason}`.
    public static func reason(_ reason: String) -> Payload {
        var buffer = ByteBuffer()
        buffer.writeMessage(of: 11 + JSONString.encodedSize(of: reason)) { writer in
            writer.write("{\"reason\":")
            writer.writeString(reason)
            writer.write(UInt8(ascii: "}"))
        }
        return .json(buffer)
    }
}
