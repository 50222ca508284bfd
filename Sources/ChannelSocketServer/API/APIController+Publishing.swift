internal import ChannelSocket
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PhoenixWire

/// The operations that do something.
extension APIController {
    private struct Published: Encodable {
        var published: Int
    }

    private struct Disconnected: Encodable {
        var id: String
    }

    /// Broadcasts one event.
    func broadcast(_ request: Request, _ key: APIKeyRing.Key) async throws -> Response {
        try await once(request, key) { [try BroadcastRequest($0)] }
    }

    /// Broadcasts several events: all of them or, if anything is wrong with one, none.
    func batch(_ request: Request, _ key: APIKeyRing.Key) async throws -> Response {
        try await once(request, key) { try BroadcastRequest.batch($0) }
    }

    /// Disconnects all clients that have a socket id.
    func disconnect(_ request: Request) async throws -> Response {
        let members = try BroadcastRequest.members(of: try await json(of: request).payload, allowed: ["id"])
        let id = try BroadcastRequest.string("id", members, maxBytes: DecodingLimits.default.maxTopicBytes)
        try await confirm([BroadcastRequest(disconnecting: id)])
        return try .json(Disconnected(id: id), status: .accepted)
    }

    /// Publishes what a request asks for, once for each idempotency key.
    private func once(
        _ request: Request, _ key: APIKeyRing.Key, _ decode: (Payload) throws -> [BroadcastRequest]
    ) async throws -> Response {
        let (payload, body) = try await json(of: request)
        let broadcasts = try decode(payload)
        for broadcast in broadcasts { try check(broadcast.broadcast, key) }
        guard let name = HTTPField.Name("Idempotency-Key"), let field = request.headers[name] else {
            return try await publish(broadcasts)
        }
        guard (1...255).contains(field.utf8.count) else {
            throw Problem(.badRequest, "an Idempotency-Key has 1 to 255 bytes")
        }
        // Two keys of the API may use the same idempotency key without knowing of each other.
        return try await publish(broadcasts, once: "\(key.name)\n\(request.uri.path)\n\(field)", body: body)
    }

    private func check(_ broadcast: Broadcast, _ key: APIKeyRing.Key) throws {
        try demand(topic: broadcast.topic, of: key)
        // On the topic of a socket id this is what disconnects a client.
        if broadcast.event == "disconnect" { try demand(.disconnect, of: key) }
    }

    private func publish(
        _ broadcasts: [BroadcastRequest], once key: String, body: ByteBuffer
    ) async throws -> Response {
        switch idempotency.begin(key, body: body) {
        case .proceed:
            do {
                let response = try await publish(broadcasts)
                idempotency.finish(key)
                return response
            } catch {
                idempotency.abandon(key)
                throw error
            }
        case .replay:
            var response = try Response.json(Published(published: broadcasts.count))
            if let name = HTTPField.Name("Idempotency-Replayed") { response.headers[name] = "true" }
            return response
        case .busy: throw Problem(.conflict, "a request with this Idempotency-Key is being carried out")
        case .mismatch:
            throw Problem(.unprocessableContent, "this Idempotency-Key was used for a request with another body")
        }
    }

    private func publish(_ broadcasts: [BroadcastRequest]) async throws -> Response {
        try await confirm(broadcasts)
        return try .json(Published(published: broadcasts.count))
    }

    /// Publishes and waits until the other nodes can be sure to get it.
    private func confirm(_ broadcasts: [BroadcastRequest]) async throws {
        // Cut off, it would reach a part of the clients only, and the caller could not try again without repeating it.
        if pubSub.disconnectReason != nil {
            throw Problem(
                .serviceUnavailable, "this node is cut off from the others; nothing was sent",
                headers: [.retryAfter: "1"]
            )
        }
        let receipts = broadcasts.map { pubSub.broadcast($0.broadcast, excluding: $0.excluded) }
        do {
            for receipt in receipts { try await receipt.confirmed() }
        } catch {
            throw Problem(.badGateway, "sent to the clients of this node; whether it reached the others is not known")
        }
    }
}

extension BroadcastRequest {
    /// What closes the connections with a socket id.
    fileprivate init(disconnecting id: String) {
        broadcast = Broadcast(topic: id, event: "disconnect", payload: .emptyObject)
        excluded = nil
    }
}
