internal import ChannelSocket
internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import PhoenixWire

/// The HTTP API under `/api/v1`, with which programs in any language broadcast, look and disconnect.
///
/// `Resources/openapi.json` describes it, and is served at `/api/openapi.json`.
struct APIController: Sendable {
    /// How large a request's body may be.
    static let maxBodyBytes = 4 << 20

    let pubSub: PubSub
    let presence: Presence
    /// The report of this node.
    let health: @Sendable () -> HealthReport
    /// The nodes of the cluster.
    let nodes: @Sendable () async throws -> [NodeDescription]
    let idempotency = IdempotencyCache()
    private let keys: APIKeyRing
    private let statistics: AuthenticationStatistics

    /// Creates the API of a node.
    ///
    /// - Parameters:
    ///   - pubSub: where broadcasts go.
    ///   - presence: who is where.
    ///   - access: the keys, and what counts refusals.
    ///   - health: makes the report of this node.
    ///   - nodes: lists the nodes of the cluster; by default there is only this one.
    init(
        pubSub: PubSub, presence: Presence, access: AccessControl, health: @escaping @Sendable () -> HealthReport,
        nodes: (@Sendable () async throws -> [NodeDescription])? = nil
    ) {
        self.pubSub = pubSub
        self.presence = presence
        self.health = health
        let start = ContinuousClock.now
        self.nodes = nodes ?? { [NodeDescription(health(), uptime: .now - start)] }
        keys = access.apiKeys
        statistics = access.statistics
    }

    private typealias Handler = @Sendable (APIController, Request, APIKeyRing.Key) async throws -> Response

    private struct Operation {
        var method: HTTPRequest.Method
        var path: String
        var permission: APIPermission
        var handle: Handler
    }

    private static let operations = [
        Operation(method: .post, path: "/api/v1/broadcast", permission: .publish) { try await $0.broadcast($1, $2) },
        Operation(method: .post, path: "/api/v1/broadcasts", permission: .publish) { try await $0.batch($1, $2) },
        Operation(method: .get, path: "/api/v1/presence", permission: .presence) { try await $0.presence($1, $2) },
        Operation(method: .post, path: "/api/v1/disconnect", permission: .disconnect) { controller, request, _ in
            try await controller.disconnect(request)
        },
        Operation(method: .get, path: "/api/v1/topics", permission: .read) { try await $0.topics($1, $2) },
        Operation(method: .get, path: "/api/v1/connections", permission: .read) { controller, _, _ in
            try controller.connections()
        },
        Operation(method: .get, path: "/api/v1/node", permission: .read) { controller, _, _ in try controller.node() },
        Operation(method: .get, path: "/api/v1/nodes", permission: .read) { controller, _, _ in
            try await controller.clusterNodes()
        },
    ]

    private static let documentPath = "/api/openapi.json"

    /// Adds the routes to a router, and the middleware that answers their errors.
    func addRoutes<Context: RequestContext>(to router: Router<Context>) {
        var methods: [String: [HTTPRequest.Method]] = [Self.documentPath: [.get]]
        for operation in Self.operations { methods[operation.path, default: []].append(operation.method) }
        router.add(middleware: ProblemMiddleware(methods: methods))
        for operation in Self.operations {
            router.on(RouterPath(operation.path), method: operation.method) { request, _ in
                let key = try authorize(request, operation.permission)
                return try await operation.handle(self, request, key)
            }
        }
        router.get(RouterPath(Self.documentPath)) { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json))
            )
        }
    }

    // MARK: Who asks

    private func authorize(_ request: Request, _ permission: APIPermission) throws -> APIKeyRing.Key {
        guard let presented = Self.key(of: request) else {
            statistics.count("api_key_missing")
            throw Self.unauthorized(
                keys.isEmpty
                    ? "this server has no API keys, so nobody may use its API"
                    : "an API key is needed: Authorization: Bearer KEY"
            )
        }
        guard let key = keys.key(presented: presented) else {
            statistics.count("api_key_unknown")
            throw Self.unauthorized("the API key is not known")
        }
        try demand(permission, of: key)
        return key
    }

    /// Refuses a request whose key may not do something.
    func demand(_ permission: APIPermission, of key: APIKeyRing.Key) throws {
        guard key.may(permission) else {
            statistics.count("api_key_forbidden")
            throw Problem(.forbidden, "the API key \(key.name) lacks the permission \(permission.rawValue)")
        }
    }

    /// Refuses a request whose key is not for a topic.
    func demand(topic: String, of key: APIKeyRing.Key) throws {
        guard key.covers(topic) else {
            statistics.count("api_key_forbidden")
            throw Problem(.forbidden, "the API key \(key.name) is not for this topic")
        }
    }

    private static func key(of request: Request) -> String? {
        guard request.headers[.authorization] == nil else { return BearerCredentials(request)?.token }
        return HTTPField.Name("X-API-Key").flatMap { request.headers[$0] }
    }

    private static func unauthorized(_ detail: String) -> Problem {
        Problem(.unauthorized, detail, headers: [.wwwAuthenticate: "Bearer"])
    }

    // MARK: What is asked

    /// The JSON of a request's body.
    func json(of request: Request) async throws -> (payload: Payload, body: ByteBuffer) {
        let type = request.headers[.contentType]?.split(separator: ";").first
        guard type?.trimmingSpaces().lowercased() == "application/json" else {
            throw Problem(.unsupportedMediaType, "the body must be JSON, sent with Content-Type: application/json")
        }
        let body = try await request.body.collect(upTo: Self.maxBodyBytes)
        do throws(WireError) {
            return (try Payload(json: body), body)
        } catch {
            throw Problem(.badRequest, "the body is not JSON: \(error.message)")
        }
    }

    /// The value of a query parameter that must be there.
    func parameter(_ name: String, of request: Request) throws -> String {
        guard let value = request.uri.queryParameters[name[...]], !value.isEmpty else {
            throw Problem(.badRequest, "the query parameter \(name) is needed")
        }
        return String(value)
    }
}

extension Substring {
    /// The text without spaces around it.
    fileprivate func trimmingSpaces() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
