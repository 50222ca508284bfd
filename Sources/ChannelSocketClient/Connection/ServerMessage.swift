internal import NIOCore
internal import PhoenixWire

/// A message from a server (V2).
struct ServerMessage: Equatable {
    /// Nil in broadcasts.
    var joinRef: String?
    /// Nil in all but replies, `phx_close` and `phx_error`.
    var ref: String?
    var topic: String
    var event: String
    /// Of a reply its response.
    var payload: Payload
    /// Of a reply whether it is `ok`.
    var isOK: Bool?

    /// Decodes a text message.
    ///
    /// - Throws: `WireError` if it is none.
    init(text: ByteBuffer) throws(WireError) {
        guard case .message(let message) = try Serializer.v2.decode(text: text) else {
            throw WireError(.malformedMessage, "the topic is not a string")
        }
        joinRef = message.joinRef.stringValue
        ref = message.ref.stringValue
        topic = message.topic
        event = message.event
        payload = message.payload
        guard event == "phx_reply" else { return }
        let members = try payload.members()
        guard let status = members.first(where: { $0.name == "status" })?.value.string,
            let response = members.first(where: { $0.name == "response" })?.value
        else { throw WireError(.malformedMessage, "a reply without status or response") }
        isOK = status == "ok"
        payload = response
    }

    /// Decodes a binary message: a push (0), a reply (1) or a broadcast (2).
    ///
    /// - Throws: `WireError` if it is none.
    init(binary: ByteBuffer) throws(WireError) {
        var rest = binary
        let kind = rest.readInteger(as: UInt8.self)
        switch kind {
        case 0:
            let fields = try Self.fields(3, of: &rest)
            (joinRef, topic, event) = (fields[0], fields[1], fields[2])
        case 1:
            let fields = try Self.fields(4, of: &rest)
            (joinRef, ref, topic, event) = (fields[0], fields[1], fields[2], "phx_reply")
            isOK = fields[3] == "ok"
        case 2:
            let fields = try Self.fields(2, of: &rest)
            (topic, event) = (fields[0], fields[1])
        default: throw WireError(.malformedBinary, "a binary message from a server is of kind 0, 1 or 2")
        }
        payload = .binary(rest)
    }

    private static func fields(_ count: Int, of rest: inout ByteBuffer) throws(WireError) -> [String] {
        guard let sizes = rest.readBytes(length: count) else { throw truncated() }
        var fields: [String] = []
        for size in sizes {
            guard let bytes = rest.readSlice(length: Int(size)) else { throw truncated() }
            fields.append(String(buffer: bytes))
        }
        return fields
    }

    private static func truncated() -> WireError {
        WireError(.malformedBinary, "the binary message is shorter than its sizes say")
    }
}
