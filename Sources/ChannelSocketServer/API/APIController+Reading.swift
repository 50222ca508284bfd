internal import ChannelSocket
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PhoenixWire

/// The operations that only look.
extension APIController {
    private struct Topics: Encodable {
        struct Topic: Encodable {
            var topic: String
            var subscribers: Int
        }

        var node: String
        var total: Int
        var topics: [Topic]
    }

    private struct Connections: Encodable {
        var node: String
        var connections: Int
        var channels: Int
    }

    private struct Nodes: Encodable {
        var nodes: [NodeDescription]
    }

    /// Who is present in a topic, on all nodes.
    func presence(_ request: Request, _ key: APIKeyRing.Key) async throws -> Response {
        let topic = try parameter("topic", of: request)
        guard topic.utf8.count <= DecodingLimits.default.maxTopicBytes else {
            throw Problem(.badRequest, "a topic has at most \(DecodingLimits.default.maxTopicBytes) bytes")
        }
        try demand(topic: topic, of: key)
        do throws(PresenceError) {
            let list = try await presence.list(topic)
            let name = Payload.literal(topic)
            let json = "{\"topic\":\(name),\"count\":\(list.count),\"presences\":\(list.payload.text)}\n"
            return Response(
                status: .ok,
                headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: json))
            )
        } catch {
            throw Problem(
                .serviceUnavailable, "presence can't be read: \(error.code)", headers: [.retryAfter: "1"]
            )
        }
    }

    /// The topics with subscribers on this node, those with the most first.
    func topics(_ request: Request, _ key: APIKeyRing.Key) async throws -> Response {
        let prefix = request.uri.queryParameters["prefix"].map(String.init) ?? ""
        let limit = try limit(of: request)
        let topics = await pubSub.topicMemberCounts()
            .filter { $0.topic.utf8.starts(with: prefix.utf8) && key.covers($0.topic) }
            .sorted { ($1.members, $0.topic) < ($0.members, $1.topic) }
        return try .json(
            Topics(
                node: pubSub.node.description,
                total: topics.count,
                topics: topics.prefix(limit).map { Topics.Topic(topic: $0.topic, subscribers: $0.members) }
            )
        )
    }

    private func limit(of request: Request) throws -> Int {
        guard let text = request.uri.queryParameters["limit"] else { return 100 }
        guard let limit = Int(text), (1...1_000).contains(limit) else {
            throw Problem(.badRequest, "limit must be a number from 1 to 1000")
        }
        return limit
    }

    /// How many connections and channels there are on this node.
    func connections() throws -> Response {
        try .json(
            Connections(
                node: pubSub.node.description,
                connections: pubSub.statistics.connections,
                channels: pubSub.statistics.channels
            )
        )
    }

    /// The health report of this node.
    func node() throws -> Response {
        try .json(health())
    }

    /// The nodes of the cluster.
    func clusterNodes() async throws -> Response {
        do {
            return try .json(Nodes(nodes: try await nodes()))
        } catch {
            throw Problem(
                .serviceUnavailable, "the other nodes can't be listed: \(error)", headers: [.retryAfter: "1"]
            )
        }
    }
}
