internal import NIOCore

/// The parts of a text message, written in the order each version wants them.
struct TextParts {
    /// A topic to be written as a string, or JSON text that stands where a topic should.
    enum Topic {
        case string(String)
        case json(String)
    }

    private let joinRef: Ref
    private let ref: Ref
    private let event: String
    private let payload: ByteBuffer
    /// What stands before and after the payload.
    private let opening: StaticString
    private let closing: StaticString

    /// Creates the parts of a push or broadcast.
    @inline(__always)
    init(joinRef: Ref, ref: Ref, event: String, payload: ByteBuffer) {
        self.joinRef = joinRef
        self.ref = ref
        self.event = event
        self.payload = payload
        opening = ""
        closing = ""
    }

    /// Creates the parts of a reply, whose keys are in Jason's order.
    @inline(__always)
    init(replyStatus: ReplyStatus, joinRef: Ref, ref: Ref, payload: ByteBuffer) {
        self.joinRef = joinRef
        self.ref = ref
        self.event = "phx_reply"
        self.payload = payload
        opening = "{\"response\":"
        closing = replyStatus == .ok ? ",\"status\":\"ok\"}" : ",\"status\":\"error\"}"
    }

    /// Appends the message.
    @inline(__always)
    func write(topic: Topic, as serializer: Serializer, into buffer: inout ByteBuffer) {
        switch serializer {
        case .v1: writeObject(topic: topic, into: &buffer)
        case .v2: writeArray(topic: topic, into: &buffer)
        }
    }

    /// Appends the V2 form, `[join_ref,ref,topic,event,payload]`.
    @inline(__always)
    private func writeArray(topic: Topic, into buffer: inout ByteBuffer) {
        let refs = joinRef.json.utf8.count &+ ref.json.utf8.count
        buffer.writeMessage(of: 6 &+ refs &+ commonSize(topic: topic)) { writer in
            writer.write(UInt8(ascii: "["))
            writer.write(joinRef.json)
            writer.write(UInt8(ascii: ","))
            writer.write(ref.json)
            writer.write(UInt8(ascii: ","))
            write(topic, to: &writer)
            writer.write(UInt8(ascii: ","))
            writer.writeString(event)
            writer.write(UInt8(ascii: ","))
            writePayload(to: &writer)
            writer.write(UInt8(ascii: "]"))
        }
    }

    /// Appends the V1 form: exactly these four members, in Jason's order.
    ///
    /// Some clients break on more members.
    private func writeObject(topic: Topic, into buffer: inout ByteBuffer) {
        let names: (StaticString, StaticString, StaticString, StaticString) =
            ("{\"event\":", ",\"payload\":", ",\"ref\":", ",\"topic\":")
        let nameSizes =
            names.0.utf8CodeUnitCount &+ names.1.utf8CodeUnitCount &+ names.2.utf8CodeUnitCount
            &+ names.3.utf8CodeUnitCount
        buffer.writeMessage(of: 1 &+ nameSizes &+ ref.json.utf8.count &+ commonSize(topic: topic)) { writer in
            writer.write(names.0)
            writer.writeString(event)
            writer.write(names.1)
            writePayload(to: &writer)
            writer.write(names.2)
            writer.write(ref.json)
            writer.write(names.3)
            write(topic, to: &writer)
            writer.write(UInt8(ascii: "}"))
        }
    }

    /// The size of topic, event and payload.
    @inline(__always)
    private func commonSize(topic: Topic) -> Int {
        let topicSize =
            switch topic {
            case .string(let topic): JSONString.encodedSize(of: topic)
            case .json(let json): json.utf8.count
            }
        return topicSize &+ JSONString.encodedSize(of: event) &+ opening.utf8CodeUnitCount &+ payload.readableBytes
            &+ closing.utf8CodeUnitCount
    }

    @inline(__always)
    private func write(_ topic: Topic, to writer: inout MessageWriter) {
        switch topic {
        case .string(let topic): writer.writeString(topic)
        case .json(let json): writer.write(json)
        }
    }

    @inline(__always)
    private func writePayload(to writer: inout MessageWriter) {
        writer.write(opening)
        writer.write(payload)
        writer.write(closing)
    }
}
