public import NIOCore

/// One version of the Phoenix Channels wire format: frames to messages and back.
///
/// Source: `Phoenix.Socket.V1.JSONSerializer`, `Phoenix.Socket.V2.JSONSerializer`.
public enum Serializer: Hashable, Sendable, CaseIterable {
    /// Version 1: JSON objects.
    case v1
    /// Version 2: JSON arrays, and binary frames for binary payloads.
    case v2

    /// Decodes a client's text frame.
    ///
    /// - Parameters:
    ///   - text: the content of the frame. A JSON payload in the result is a slice of it and shares its storage.
    ///   - limits: what to refuse.
    /// - Returns: the message.
    /// - Throws: ``WireError``; Phoenix closes the connection then. Its code is `invalidUTF8` if the frame is not
    ///   UTF-8 throughout, whatever else is wrong.
    public func decode(text: ByteBuffer, limits: DecodingLimits = .default) throws(WireError) -> DecodedMessage {
        do throws(WireError) {
            return switch self {
            case .v1: try V1Decoder.decode(text, limits: limits)
            case .v2: try V2TextDecoder.decode(text, limits: limits)
            }
        } catch {
            guard text.withUnsafeReadableBytes(UTF8Sequence.isValid) else {
                throw WireError(.invalidUTF8, "the text is not UTF-8")
            }
            throw error
        }
    }

    /// Decodes a client's binary frame.
    ///
    /// - Parameters:
    ///   - binary: the content of the frame. The payload in the result is a slice of it and shares its storage.
    ///   - limits: what to refuse.
    /// - Returns: the message.
    /// - Throws: ``WireError``; Phoenix closes the connection then.
    public func decode(binary: ByteBuffer, limits: DecodingLimits = .default) throws(WireError) -> DecodedMessage {
        switch self {
        // Phoenix' V1 does not look at the opcode.
        case .v1: try decode(text: binary, limits: limits)
        case .v2: .message(try V2BinaryFormat.decode(binary, limits: limits))
        }
    }
}
