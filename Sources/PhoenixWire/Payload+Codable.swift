internal import NIOCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension Payload {
    /// Creates a JSON payload from a value.
    ///
    /// - Parameter value: what to encode.
    /// - Returns: the payload.
    /// - Throws: what the value's encoding throws, and `EncodingError` for numbers that JSON cannot carry (NaN).
    public static func encoding(_ value: some Encodable) throws -> Payload {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return .json(ByteBuffer(bytes: try encoder.encode(value)))
    }

    /// Decodes the payload's JSON.
    ///
    /// - Parameter type: the type to decode.
    /// - Returns: the value.
    /// - Throws: `DecodingError` if the JSON is not that type's, or the payload is binary.
    public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard case .json(let bytes) = self else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "the payload is binary"))
        }
        return try JSONDecoder().decode(type, from: Data(bytes.readableBytesView))
    }
}
