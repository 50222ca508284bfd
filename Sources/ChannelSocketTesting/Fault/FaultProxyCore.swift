internal import NIOCore
internal import NIOPosix

/// The faults and the live connections of a proxy.
///
/// Confined to the proxy's event loop.
final class FaultProxyCore {
    let loop: any EventLoop
    var paused: [FaultProxy.Direction: Bool] = [:]
    var latency: [FaultProxy.Direction: Duration] = [:]

    var filters: [FaultProxy.Direction: @Sendable () -> any FaultProxyFilter] = [:]
    /// Where new connections are forwarded to.
    var upstream: FaultProxy.Upstream

    private let count: Watched<Int>
    private var listener: (any Channel)?
    private var links: [ObjectIdentifier: FaultProxyLink] = [:]

    init(loop: any EventLoop, upstream: FaultProxy.Upstream, count: Watched<Int>) {
        self.loop = loop
        self.upstream = upstream
        self.count = count
    }

    func listen(port: Int) -> EventLoopFuture<Void> {
        let core = NIOLoopBound(self, eventLoop: loop)
        return ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1024)
            // Nothing is read before there is somewhere to send it.
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in core.value.open(client) }
            .bind(host: "127.0.0.1", port: port)
            .map { listener in core.value.listener = listener }
    }

    func stopListening() -> EventLoopFuture<Void> {
        defer { listener = nil }
        return listener?.close() ?? loop.makeSucceededVoidFuture()
    }

    func setPaused(_ isPaused: Bool, _ direction: FaultProxy.Direction) {
        paused[direction] = isPaused
        for link in links.values { link.pauseChanged(direction) }
    }

    func endLinks(_ ending: FaultProxy.Ending) {
        for link in links.values { link.end(ending) }
    }

    func cutLinks(after bytes: Int, _ direction: FaultProxy.Direction, _ ending: FaultProxy.Ending) {
        for link in links.values { link.cut(after: bytes, direction, ending) }
    }

    func inject(_ bytes: ByteBuffer, _ direction: FaultProxy.Direction) {
        for link in links.values { link.send(bytes, direction) }
    }

    func shutDown() {
        listener?.close(promise: nil)
        listener = nil
        endLinks(.reset)
    }

    func linkEnded(_ link: FaultProxyLink) {
        guard links.removeValue(forKey: ObjectIdentifier(link)) != nil else { return }
        let now = links.count
        count.update { $0 = now }
    }

    private func open(_ client: any Channel) -> EventLoopFuture<Void> {
        let core = NIOLoopBound(self, eventLoop: loop)
        let bootstrap = ClientBootstrap(group: loop)
            .channelOption(.autoRead, value: false)
        let connecting =
            switch upstream {
            case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
            case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
            }
        // The client is accepted at once, as a real network path would; a missing upstream then ends it.
        connecting.whenComplete { result in
            switch result {
            case .success(let server): core.value.join(client, server)
            case .failure: client.close(promise: nil)
            }
        }
        return loop.makeSucceededVoidFuture()
    }

    private func join(_ client: any Channel, _ server: any Channel) {
        let link = FaultProxyLink(core: self, client: client, server: server)
        links[ObjectIdentifier(link)] = link
        let now = links.count
        count.update { $0 = now }
        link.start()
    }
}
