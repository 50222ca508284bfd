internal import NIOCore

/// Looking into a JSON payload without decoding what is not asked for.
extension Payload {
    /// The members of a JSON object in their order, values as they stand.
    ///
    /// - Throws: ``WireError`` if the payload is not a JSON object.
    package func members() throws(WireError) -> [(name: String, value: Payload)] {
        try parts(open: UInt8(ascii: "{"), close: UInt8(ascii: "}")) { scanner, bytes, json throws(WireError) in
            let name = try scanner.scanValue()
            guard name.isString(in: bytes), scanner.take(UInt8(ascii: ":")) else { throw scanner.malformed() }
            return (name.text(in: bytes), try scanner.scanValue().payload(in: json))
        }
    }

    /// The elements of a JSON array, as they stand.
    ///
    /// - Throws: ``WireError`` if the payload is not a JSON array.
    package func elements() throws(WireError) -> [Payload] {
        try parts(open: UInt8(ascii: "["), close: UInt8(ascii: "]")) { scanner, _, json throws(WireError) in
            try scanner.scanValue().payload(in: json)
        }
    }

    /// The string a JSON payload is; nil for any other value.
    package var string: String? {
        guard case .json(let json) = self, json.readableBytesView.first == UInt8(ascii: "\"") else { return nil }
        return try? json.withUnsafeReadableBytes { bytes throws(WireError) in
            var scanner = JSONScanner(bytes, maxDepth: 1)
            return try scanner.scanValue().text(in: bytes)
        }
    }

    /// The JSON text.
    package var text: String { String(buffer: bytes) }

    /// The JSON string literal of a text, quotes included.
    package static func literal(_ text: String) -> String { JSONString.encode(text) }

    private func parts<Part>(
        open: UInt8,
        close: UInt8,
        _ scan: (inout JSONScanner, UnsafeRawBufferPointer, ByteBuffer) throws(WireError) -> Part
    ) throws(WireError) -> [Part] {
        guard case .json(let json) = self else { throw WireError(.malformedMessage, "the payload is binary") }
        return try json.withUnsafeReadableBytes { bytes throws(WireError) in
            var scanner = JSONScanner(bytes, maxDepth: DecodingLimits.default.maxDepth)
            var parts: [Part] = []
            scanner.skipWhitespace()
            guard scanner.take(open) else { throw scanner.malformed() }
            scanner.skipWhitespace()
            if !scanner.take(close) {
                repeat { parts.append(try scan(&scanner, bytes, json)) } while scanner.take(UInt8(ascii: ","))
                guard scanner.take(close) else { throw scanner.malformed() }
            }
            scanner.skipWhitespace()
            guard scanner.isAtEnd else { throw scanner.malformed() }
            return parts
        }
    }
}
