internal import ChannelSocket
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
    /// Counts refused keys.
    let statistics: AuthenticationStatistics
    let logger: Logger

    /// Adds the routes to a router, if there is a key.
    func addRoutes(to router: Router<BasicRequestContext>) {
        guard let key = configuration.key.map({ BearerKey($0) }) else { return }
        AdminPage().addRoutes(to: router)
        let places = AdminTailPlaces(most: configuration.maxTails)
        router.get("/admin/overview") { request, _ in
            guard mayUse(request, key) else { return Self.unauthorized }
            return try Response.json(
                AdminOverview(roster.status, nodes: roster.nodes), names: .convertToSnakeCase
            )
        }
        router.get("/admin/tail") { request, _ in
            guard mayUse(request, key) else { return Self.unauthorized }
            guard let topic = request.uri.queryParameters["topic"].map(String.init), !topic.isEmpty,
                topic.utf8.count <= DecodingLimits.default.maxTopicBytes
            else { return Self.refusal(.badRequest, "the query parameter topic is needed") }
            return await tail(topic, places)
        }
    }

    /// Answers with the broadcasts of a topic.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - places: the places of watchers; one of them is taken as long as the answer is there.
    /// - Returns: the answer, whose body goes on until the watcher leaves.
    func tail(_ topic: String, _ places: AdminTailPlaces) async -> Response {
        guard let place = places.take() else {
            return Self.refusal(.tooManyRequests, "\(configuration.maxTails) topics are being watched already")
        }
        let tail: AdminTail
        do {
            tail = try await AdminTail(of: topic, pubSub: roster.status.pubSub, on: eventLoop, place: place)
        } catch {
            return Self.refusal(.serviceUnavailable, "the topic can't be followed: \(error)")
        }
        logger.notice("a topic is being watched from the admin page", metadata: ["channel.topic": "\(topic)"])
        return Response(
            status: .ok,
            headers: [.contentType: "application/x-ndjson", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                // The body may go before the last line is out, and with it the tail.
                defer { withExtendedLifetime(tail) {} }
                for try await line in tail.lines.cancelOnGracefulShutdown() {
                    try await writer.write(line)
                }
                try await writer.finish(nil)
            }
        )
    }

    private func mayUse(_ request: Request, _ key: BearerKey) -> Bool {
        guard let refusal = key.refusal(of: request) else { return true }
        statistics.count("admin_key_\(refusal.rawValue)")
        return false
    }

    // MARK: Answers

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
}
