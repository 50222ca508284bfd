import ChannelSocket
import NIOCore
import Synchronization

/// An endpoint that shows the server's ends of its connections, in the order in which they came.
final class WatchedEndpoint: WebSocketMount {
    let endpoint: Endpoint
    private let opened = Mutex<[any NIOCore.Channel]>([])

    init(_ endpoint: Endpoint) {
        self.endpoint = endpoint
    }

    var connections: [any NIOCore.Channel] { opened.withLock { $0 } }

    func matches(path: String) -> Bool { endpoint.matches(path: path) }

    func decide(_ request: UpgradeRequest) async -> UpgradeDecision {
        let decision = await endpoint.decide(request)
        guard case .accept(let headers, let install) = decision else { return decision }
        return .accept(headers: headers) { [self] channel in
            try install(channel)
            opened.withLock { $0.append(channel) }
        }
    }
}
