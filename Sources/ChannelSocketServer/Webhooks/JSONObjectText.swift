internal import NIOCore
internal import PhoenixWire

/// A JSON object that is written member by member, with payloads taken over as they are.
struct JSONObjectText {
    private var buffer = ByteBuffer(string: "{")

    /// Adds a string, or null.
    mutating func add(_ name: String, _ text: String?) {
        add(name, raw: text.map(Payload.literal) ?? "null")
    }

    /// Adds a whole number.
    mutating func add(_ name: String, _ number: Int) {
        add(name, raw: String(number))
    }

    /// Adds a JSON value, or null.
    mutating func add(_ name: String, json: Payload?) {
        writeName(name)
        if let json {
            buffer.writeImmutableBuffer(json.bytes)
        } else {
            buffer.writeString("null")
        }
    }

    private mutating func add(_ name: String, raw: String) {
        writeName(name)
        buffer.writeString(raw)
    }

    private mutating func writeName(_ name: String) {
        if buffer.readableBytes > 1 { buffer.writeString(",") }
        buffer.writeString(Payload.literal(name))
        buffer.writeString(":")
    }

    /// The object.
    var payload: Payload {
        var buffer = buffer
        buffer.writeString("}")
        return .json(buffer)
    }
}
