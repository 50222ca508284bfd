/// A message from a Phoenix server, in either version of the protocol.
public struct TestPhoenixMessage: Equatable, Sendable {
    /// What a message carries.
    public enum Body: Equatable, Sendable {
        /// A JSON payload.
        case json(JSONValue)
        /// Opaque bytes.
        case binary([UInt8])
    }

    /// The ref of the join; null in broadcasts, and always in version 1, which does not send it.
    public var joinRef: JSONValue
    /// The ref of what is replied to, else null.
    public var ref: JSONValue
    /// The topic.
    public var topic: String
    /// The event.
    public var event: String
    /// The payload; of a reply its response.
    public var body: Body
    /// The status of a reply.
    public var status: String?

    /// The JSON payload, null if it is binary.
    public var payload: JSONValue {
        guard case .json(let payload) = body else { return .null }
        return payload
    }

    /// Reads what a server sent.
    ///
    /// - Parameters:
    ///   - event: the WebSocket event.
    ///   - version: the version of the protocol the connection speaks.
    /// - Throws: ``TestingError`` of code `unexpected` when it is no message, or one with missing or superfluous parts.
    public init(_ event: TestWebSocketEvent, version: TestPhoenixClient.Version) throws {
        switch event {
        case .text(let text): try self.init(text: text, version: version)
        case .binary(let bytes): try self.init(binary: bytes)
        default: throw TestingError(.unexpected, "got \(event) instead of a message")
        }
    }

    private init(text: String, version: TestPhoenixClient.Version) throws {
        let value = try JSONValue(parsing: text)
        switch version {
        case .v1:
            guard let members = value.objectValue, Set(members.keys) == ["topic", "event", "payload", "ref"],
                let ref = members["ref"], let topic = members["topic"]?.stringValue,
                let event = members["event"]?.stringValue, let payload = members["payload"]
            else { throw TestingError(.unexpected, "no V1 message: \(text)") }
            self.init(joinRef: .null, ref: ref, topic: topic, event: event, body: .json(payload))
        case .v2:
            guard let elements = value.arrayValue, elements.count == 5, let topic = elements[2].stringValue,
                let event = elements[3].stringValue
            else { throw TestingError(.unexpected, "no V2 message: \(text)") }
            self.init(joinRef: elements[0], ref: elements[1], topic: topic, event: event, body: .json(elements[4]))
        }
        guard event == "phx_reply" else { return }
        guard let members = payload.objectValue, members.count == 2, let status = members["status"]?.stringValue,
            let response = members["response"]
        else { throw TestingError(.unexpected, "no reply: \(text)") }
        self.status = status
        body = .json(response)
    }

    private init(binary bytes: [UInt8]) throws {
        let fieldCounts: [UInt8: Int] = [0: 3, 1: 4, 2: 2]
        guard let kind = bytes.first, let count = fieldCounts[kind], bytes.count > count else {
            throw TestingError(.unexpected, "no binary message: \(bytes.prefix(16))")
        }
        var position = 1 + count
        var fields: [String] = []
        for size in bytes[1...count] {
            guard position + Int(size) <= bytes.count,
                let field = String(validating: bytes[position..<position + Int(size)], as: UTF8.self)
            else { throw TestingError(.unexpected, "binary message too short: \(bytes.prefix(16))") }
            fields.append(field)
            position += Int(size)
        }
        let body = Body.binary(Array(bytes[position...]))
        switch kind {
        case 0:
            self.init(joinRef: .string(fields[0]), ref: .null, topic: fields[1], event: fields[2], body: body)
        case 1:
            self.init(
                joinRef: .string(fields[0]), ref: .string(fields[1]), topic: fields[2], event: "phx_reply", body: body)
            status = fields[3]
        default:
            self.init(joinRef: .null, ref: .null, topic: fields[0], event: fields[1], body: body)
        }
    }

    private init(joinRef: JSONValue, ref: JSONValue, topic: String, event: String, body: Body) {
        self.joinRef = joinRef
        self.ref = ref
        self.topic = topic
        self.event = event
        self.body = body
    }
}
