import ChannelSocket
import HTTPTypes
import NIOCore
import PhoenixWire

@testable import ChannelSocketServer

/// Decodes what the HTTP API is asked to broadcast, one event and many; what it accepts must keep to the limits, be
/// delivered, and be the same when it is asked for again.
let broadcastRequestTarget: FuzzTarget = { input in
    guard let json = try? Payload(json: frame(input)) else { return }
    let single = requests(in: json) { [try BroadcastRequest($0)] }
    let batch = requests(in: json) { try BroadcastRequest.batch($0) }
    precondition(single.isEmpty || batch.isEmpty)
    precondition(batch.count <= BroadcastRequest.maxBatch)
    for request in single + batch {
        let broadcast = request.broadcast
        precondition((1...1024).contains(broadcast.topic.utf8.count))
        precondition((1...1024).contains(broadcast.event.utf8.count) && !ReservedEvents.contain(broadcast.event))
        mustBeDelivered(broadcast, excluding: request.excluded?.description)
        mustSucceed {
            let again = try BroadcastRequest(request.json)
            precondition(again.broadcast == broadcast && again.excluded == request.excluded)
        }
    }
}

/// The requests in a body, none if it is refused, for which there must be a reason that the client is told.
private func requests(
    in json: Payload, decodedBy decode: (Payload) throws -> [BroadcastRequest]
) -> [BroadcastRequest] {
    do {
        return try decode(json)
    } catch let problem as Problem {
        precondition(problem.status == .unprocessableContent && !problem.detail.isEmpty)
    } catch {
        preconditionFailure("no problem of the client's: \(error)")
    }
    return []
}

extension BroadcastRequest {
    /// The body that asks for it.
    fileprivate var json: Payload {
        var json = JSONObjectText()
        json.add("topic", broadcast.topic)
        json.add("event", broadcast.event)
        json.add("payload", json: broadcast.payload)
        if let excluded { json.add("exclude", excluded.description) }
        return json.payload
    }
}
