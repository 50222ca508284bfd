public import NIOCore

/// A broadcast as it travels through Redis, between nodes or from any publisher.
///
/// Nodes write `cs1 NODE EXCLUDED FRAME`: a version, the sending node, the subscriber to leave out, and the V2 frame
/// of the broadcast (text, or binary for binary payloads). An absent node or subscriber is `-`. Everybody else may
/// publish `{"event": "...", "payload": {...}}` or the V2 frame `[null, null, topic, event, payload]`.
public struct BroadcastEnvelope: Hashable, Sendable {
    /// The event.
    ///
    /// Unlike on V2 sockets its payload may be any JSON value, since V1 clients broadcast such.
    public var broadcast: Broadcast
    /// The node that published it, nil for other publishers.
    public var node: String?
    /// The subscriber that does not get it, nil for none.
    public var excluding: String?

    /// Creates an envelope.
    public init(_ broadcast: Broadcast, node: String? = nil, excluding: String? = nil) {
        self.broadcast = broadcast
        self.node = node
        self.excluding = excluding
    }

    /// Appends the form that nodes use.
    ///
    /// - Parameter buffer: what to append to.
    /// - Throws: ``WireError`` of code `notEncodable` for a node or subscriber that is `-` or not 1 to 127
    ///   printable ASCII characters without spaces, and for a topic or event of more than 255 bytes with a binary payload.
    ///   The buffer is unchanged then.
    public func encode(into buffer: inout ByteBuffer) throws(WireError) {
        let node = try Self.field(node)
        let excluding = try Self.field(excluding)
        let start = buffer.writerIndex
        buffer.writeMessage(of: 6 + node.utf8.count + excluding.utf8.count) { writer in
            writer.write("cs1 ")
            writer.write(node)
            writer.write(UInt8(ascii: " "))
            writer.write(excluding)
            writer.write(UInt8(ascii: " "))
        }
        switch broadcast.payload {
        case .json(let payload):
            TextParts(joinRef: .null, ref: .null, event: broadcast.event, payload: payload)
                .write(topic: .string(broadcast.topic), as: .v2, into: &buffer)
        case .binary(let payload):
            do throws(WireError) {
                try V2BinaryFormat.encodeBroadcast(
                    topic: broadcast.topic,
                    event: broadcast.event,
                    payload: payload,
                    into: &buffer
                )
            } catch {
                buffer.moveWriterIndex(to: start)
                throw error
            }
        }
    }

    /// How long a node or subscriber may be; ours have at most 85 bytes.
    static let maxFieldBytes = 127

    /// Whether the bytes can be a field of the header.
    static func isField(_ bytes: some Collection<UInt8>) -> Bool {
        (1...maxFieldBytes).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func field(_ value: String?) throws(WireError) -> String {
        guard let value else { return "-" }
        guard isField(value.utf8), value != "-" else {
            throw WireError(.notEncodable, "a node or subscriber is up to 127 printable ASCII characters, no space")
        }
        return value
    }
}
