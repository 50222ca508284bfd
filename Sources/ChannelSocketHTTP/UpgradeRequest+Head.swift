import ChannelSocket
import NIOCore
import NIOHTTP1

extension UpgradeRequest {
    /// Takes what a mount needs from a request head.
    init(_ head: HTTPRequestHead, peer: SocketAddress?) {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(
            path: parts.first.map(String.init) ?? "",
            query: parts.count > 1 ? String(parts[1]) : "",
            headers: head.headers.map { ($0.name.lowercased(), $0.value) },
            peer: peer
        )
    }
}
