import NIOCore
import PhoenixWire

/// Decodes messages from Redis; what decodes must be the same when it is written and decoded again.
let broadcastEnvelopeTarget: FuzzTarget = { start, count in
    let topic = "room:lobby"
    guard let envelope = try? BroadcastEnvelope.decode(frame(start, count), topic: topic) else { return 0 }
    mustSucceed {
        if case .json(let json) = envelope.broadcast.payload {
            let checked = try Payload(json: json)
            precondition(checked == envelope.broadcast.payload)
        }
        var written = ByteBuffer()
        try envelope.encode(into: &written)
        let decoded = try BroadcastEnvelope.decode(written, topic: topic)
        precondition(decoded == envelope)
    }
    return 0
}
