internal import ChannelSocket
internal import Crypto
internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import PhoenixWire
internal import ServiceLifecycle

/// The admin page at `/admin`, and what only it needs: an overview of the node and a view of a topic's broadcasts.
///
/// Topics, presence, publishing and disconnecting are the HTTP API's, which takes the admin key too.
struct AdminController: Sendable {
    /// Knows this node and the others.
    let roster: ClusterRoster
    /// Where those who watch a topic are served.
    let eventLoop: any EventLoop
    let configuration: AdminConfiguration
    let logger: Logger

    /// Adds the routes to a router, if there is a key.
    func addRoutes(to router: Router<BasicRequestContext>) {
        guard let key = configuration.key else { return }
        AdminPage().addRoutes(to: router)
        let watchers = AdminTail.Watchers(most: configuration.maxTails)
        let expected = SHA256.hash(data: Data(key.exposed.utf8))
        router.get("/admin/overview") { request, _ in
            guard Self.mayUse(request, expected) else { return Self.unauthorized }
            return try Self.json(AdminOverview(roster.status, nodes: roster.nodes))
        }
        router.get("/admin/tail") { request, _ in
            guard Self.mayUse(request, expected) else { return Self.unauthorized }
            guard let topic = request.uri.queryParameters["topic"].map(String.init), !topic.isEmpty,
                topic.utf8.count <= DecodingLimits.default.maxTopicBytes
            else { return Self.refusal(.badRequest, "the query parameter topic is needed") }
            guard watchers.enter() else {
                return Self.refusal(.tooManyRequests, "\(configuration.maxTails) topics are being watched already")
            }
            return await tail(topic, watchers)
        }
    }

    private func tail(_ topic: String, _ watchers: AdminTail.Watchers) async -> Response {
        let tail: AdminTail
        do {
            tail = try await AdminTail(of: topic, pubSub: roster.status.pubSub, on: eventLoop)
        } catch {
            watchers.leave()
            return Self.refusal(.serviceUnavailable, "the topic can't be followed: \(error)")
        }
        logger.notice("a topic is being watched from the admin page", metadata: ["channel.topic": "\(topic)"])
        return Response(
            status: .ok,
            headers: [.contentType: "application/x-ndjson", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                defer {
                    tail.stop()
                    watchers.leave()
                }
                for try await line in tail.lines.cancelOnGracefulShutdown() {
                    try await writer.write(line)
                }
                try await writer.finish(nil)
            }
        )
    }

    // MARK: Answers

    private static func mayUse(_ request: Request, _ expected: SHA256Digest) -> Bool {
        guard let field = request.headers[.authorization], field.lowercased().hasPrefix("bearer ") else { return false }
        // Digests are compared, so that the time tells nothing about the key.
        return SHA256.hash(data: Data(field.dropFirst("bearer ".count).utf8)) == expected
    }

    private static let unauthorized = refusal(
        .unauthorized, "the admin key is needed", headers: [.wwwAuthenticate: "Bearer"]
    )

    private static func refusal(
        _ status: HTTPResponse.Status, _ reason: String, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "text/plain; charset=utf-8"
        headers[.cacheControl] = "no-store"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: reason + "\n"))
        )
    }

    private static func json(_ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return Response(
            status: .ok,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(value)))
        )
    }
}
