import NIOCore
import PhoenixWire

/// What is done with each input; traps if the outcome is wrong.
typealias FuzzTarget = @Sendable (UnsafeRawBufferPointer) -> Void

/// The input as a buffer that ends where its memory ends, so that the address sanitizer notices reads past it.
func frame(_ input: UnsafeRawBufferPointer) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(input.count)
    let padding = buffer.capacity - input.count
    buffer.writeRepeatingByte(0, count: padding)
    buffer.writeBytes(input)
    buffer.moveReaderIndex(forwardBy: padding)
    return buffer
}

/// Runs the body, which must not throw.
func mustSucceed(_ body: () throws -> Void) {
    do {
        try body()
    } catch {
        preconditionFailure("\(error)")
    }
}

/// Checks that a payload is one JSON object, as it stands.
func mustBeObject(_ payload: Payload) {
    mustSucceed {
        let checked = try Payload(json: payload.bytes, limits: .highest)
        precondition(checked == payload && checked.isJSONObject)
    }
}

/// Checks that clients of every version can get a broadcast, and that other nodes get it as it is.
func mustBeDelivered(_ broadcast: Broadcast, excluding: String? = nil) {
    mustBeObject(broadcast.payload)
    mustSucceed {
        for serializer in Serializer.allCases {
            var sent = ByteBuffer()
            _ = try serializer.encode(broadcast, into: &sent)
        }
        let envelope = BroadcastEnvelope(broadcast, node: "n1", excluding: excluding)
        var published = ByteBuffer()
        try envelope.encode(into: &published)
        let received = try BroadcastEnvelope.decode(published, topic: broadcast.topic, limits: .highest)
        precondition(received == envelope)
    }
}
