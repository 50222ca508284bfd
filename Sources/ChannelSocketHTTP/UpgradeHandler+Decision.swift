import ChannelSocket
import Logging
import NIOCore
import NIOHTTP1

/// Asks a mount what becomes of an upgrade request.
extension UpgradeHandler {
    /// Looks at a request that is complete, and has the connection to itself.
    func consider(_ head: HTTPRequestHead, for mount: any WebSocketMount, context: ChannelHandlerContext) {
        if let ticket { admission.requestCame(ticket) }
        if let problem = UpgradeValidation.problem(with: head) {
            statistics.count(.malformedRequests)
            refuse(.badRequest, problem, context: context)
        } else {
            ask(mount, head, context: context)
        }
    }

    private func ask(_ mount: any WebSocketMount, _ head: HTTPRequestHead, context: ChannelHandlerContext) {
        stopTimeout()
        guard let ticket else { return context.close(promise: nil) }
        let proxies = admission.limits.trustedProxies
        let client = peer(context).map { proxies.client(of: $0, values: head.headers[proxies.headerField.rawValue]) }
        if let refusal = admission.becomeWebSocket(ticket, client: client) {
            return refuse(refusal, client: client, context: context)
        }
        // Counted before the server may take this connection for finished, or a shutdown right now would not wait.
        openWebSockets.opened()
        settle(nil)
        let request = UpgradeRequest(head, peer: client)
        let promise = context.eventLoop.makePromise(of: UpgradeDecision.self)
        // Weak: a mount that never decides must not keep what belongs to the connection.
        promise.futureResult.assumeIsolated().whenSuccess { [weak self] in self?.decided($0) }
        // Not the task that serves the connection, so that this one can be cancelled when the client goes away; and not
        // behind the requests of all others.
        let task = Task(priority: .high) { promise.succeed(await mount.decide(request)) }
        state = .deciding(head, task)
        guard let timeout = configuration.decisionTimeout else { return }
        startTimeout(timeout, context: context) { handler, context in
            handler.statistics.count(.connectTimeouts)
            handler.logger.warning("a connection was not decided about in time", metadata: ["path": "\(request.path)"])
            handler.refuse(.serviceUnavailable, "connect timeout", context: context)
        }
    }

    /// Where the connection comes from; clients of a unix socket have no address of their own.
    func peer(_ context: ChannelHandlerContext) -> SocketAddress? {
        if let address = context.localAddress, case .unixDomainSocket = address { return address }
        return context.remoteAddress
    }

    private func decided(_ decision: UpgradeDecision) {
        guard case .deciding(let head, _) = state, let context else { return }
        stopTimeout()
        switch decision {
        case .refuse(let status, let body):
            refuse(HTTPResponseStatus(statusCode: status), body, context: context)
        case .accept(let headers, let install) where application == .running:
            leaveApplication(context: context) { [weak self] in
                guard let self, let context = self.context else { return }
                upgrade(head, headers: headers, install: install, context: context)
            }
        case .accept(let headers, let install):
            upgrade(head, headers: headers, install: install, context: context)
        }
    }
}
