import NIOCore
import PhoenixWire

/// Decodes messages from Redis; what decodes must be the same when it is written and decoded again.
let broadcastEnvelopeTarget: FuzzTarget = { input in
    let topic = "room:lobby"
    guard let envelope = try? BroadcastEnvelope.decode(frame(input), topic: topic) else { return }
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
}
