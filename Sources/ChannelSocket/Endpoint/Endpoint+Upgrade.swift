import Logging
import NIOCore
import PhoenixWire
import Synchronization
import Tracing

/// From the upgrade request to a running socket.
extension Endpoint: WebSocketMount {
    /// Whether the path is `{path}/websocket`.
    public func matches(path: String) -> Bool {
        path.hasSuffix("/websocket") && path.dropLast("/websocket".count) == (self.path == "/" ? "" : self.path)
    }

    /// ``decide(_:)``, traced or not.
    func admit(_ request: UpgradeRequest) async -> UpgradeDecision {
        guard configuration.originCheck.allows(request) else { return refuseOrigin(request) }
        guard let params = ConnectParams(query: request.query) else {
            pubSub.statistics.count(.malformedRequests)
            return .refuse(status: 400, body: "the query is malformed or too long")
        }
        guard let serializer = Serializer(vsn: params.vsn) else {
            return refuse("unknown vsn")
        }
        var headers: [(name: String, value: String)] = []
        var authToken: String?
        if configuration.usesAuthToken {
            let fields = request.values(of: "sec-websocket-protocol")
            guard let negotiated = SubprotocolNegotiation(fields: fields) else { return refuse("subprotocol") }
            headers = negotiated.selected.map { [("sec-websocket-protocol", $0)] } ?? []
            authToken = negotiated.authToken
        }
        let connectRequest = ConnectRequest(
            params: params, authToken: authToken, headers: request.headers, peer: request.peer, path: request.path
        )
        do {
            switch try await connect(connectRequest) {
            case .refuse:
                return refuse("connect callback")
            case .deny(let status, let reason):
                return refuse(reason, status: status, body: reason)
            case .accept(let id, let assigns, let lifetime):
                let trace = currentTrace
                return .accept(headers: headers) { [self] channel in
                    let connection = WebSocketConnection(
                        loop: pubSub.shard(for: channel.eventLoop).transport, configuration: configuration.webSocket,
                        statistics: pubSub.statistics
                    )
                    if let lifetime { connection.end(after: lifetime, on: channel.eventLoop) }
                    open(
                        connection, on: channel.eventLoop, serializer: serializer, id: id, assigns: assigns,
                        trace: trace
                    )
                    try connection.install(on: channel)
                }
            }
        } catch {
            noteRefusal(.error, "connect callback failed", ["error": "\(error)"])
            return .refuse(status: 500, body: "")
        }
    }

    private func refuseOrigin(_ request: UpgradeRequest) -> UpgradeDecision {
        pubSub.statistics.count(.refusedOrigins)
        let origins = request.values(of: "origin").joined(separator: ", ").prefix(200)
        logger.warning("connection of a page from elsewhere refused", metadata: ["origin": "\(origins)"])
        return .refuse(status: 403, body: "origin not allowed")
    }

    private func refuse(_ reason: String, status: Int = 403, body: String = "") -> UpgradeDecision {
        noteRefusal(.info, "connection refused", ["reason": "\(reason)"])
        return .refuse(status: status, body: body)
    }

    /// Counts and logs a refusal, unless nobody waits for the decision any more.
    ///
    /// When the host has answered already, or the client is gone, the callback is cancelled, and then it throws or refuses.
    private func noteRefusal(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata) {
        guard !Task.isCancelled else { return }
        pubSub.statistics.count(.refusedConnections)
        logger.log(level: level, message, metadata: metadata)
    }

    private func open(
        _ connection: WebSocketConnection, on eventLoop: any EventLoop, serializer: Serializer, id: String?,
        assigns: Assigns, trace: ServiceContext?
    ) {
        let session = SocketSession(
            endpoint: self, connection: connection, shard: pubSub.shard(for: eventLoop), serializer: serializer,
            id: id, assigns: assigns, trace: trace
        )
        connection.handler = session
        session.opened()
    }
}
