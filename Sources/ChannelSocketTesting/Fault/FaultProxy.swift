internal import Foundation
internal import NIOCore
internal import NIOPosix

/// A TCP proxy on loopback that makes a connection fail on demand.
///
/// Put it between two programs, let them talk, then hold bytes back, delay them, cut or reset connections, or slip in
/// garbage. All faults can be switched at any time and hold for all connections, unless said otherwise. With no fault
/// set it forwards at once.
public final class FaultProxy: Sendable {
    /// Where the proxy connects to.
    public enum Upstream: Sendable {
        /// A TCP port.
        case tcp(host: String, port: Int)
        /// A unix domain socket.
        case unix(path: String)
    }

    /// Which way bytes go.
    public enum Direction: CaseIterable, Sendable {
        /// From who connected to the proxy, to the upstream.
        case toUpstream
        /// From the upstream to who connected to the proxy.
        case toClient
    }

    /// How a connection is ended.
    public enum Ending: Sendable {
        /// With a FIN, after the bytes before it.
        case close
        /// With a RST; bytes on the way are lost.
        case reset
    }

    /// The port the proxy listens on; stays the same for its life.
    public let port: Int

    private let loop: any EventLoop
    private let core: NIOLoopBound<FaultProxyCore>
    private let count: Watched<Int>

    private init(port: Int, loop: any EventLoop, core: NIOLoopBound<FaultProxyCore>, count: Watched<Int>) {
        self.port = port
        self.loop = loop
        self.core = core
        self.count = count
    }

    deinit {
        let core = core
        loop.execute { core.value.shutDown() }
    }

    /// Starts a proxy on a free port of 127.0.0.1.
    ///
    /// - Parameter upstream: where connections are forwarded to; need not be there yet.
    /// - Returns: the running proxy; it ends with its last reference.
    /// - Throws: what binding the port throws.
    public static func start(to upstream: Upstream) async throws -> FaultProxy {
        // Everything of one proxy happens on one loop, so that no fault can overtake a byte.
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let count = Watched(0)
        let core = try await loop.submit {
            NIOLoopBound(FaultProxyCore(loop: loop, upstream: upstream, count: count), eventLoop: loop)
        }.get()
        // Below the ports that the system gives to others, so that nobody takes the port while connections are refused.
        for port in Array(20_000..<32_000).shuffled().prefix(20) {
            do {
                try await loop.flatSubmit { core.value.listen(port: port) }.get()
                return FaultProxy(port: port, loop: loop, core: core, count: count)
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                continue
            }
        }
        throw TestingError(.unusable, "no free port for the proxy")
    }

    /// Holds back all bytes, as when packets are dropped: nothing arrives, nothing is reset, new connections open but
    /// stay mute.
    ///
    /// - Parameter directions: which ways.
    public func pause(_ directions: [Direction] = Direction.allCases) async {
        await control { core in for direction in directions { core.setPaused(true, direction) } }
    }

    /// Lets held-back bytes go, in order.
    ///
    /// - Parameter directions: which ways.
    public func resume(_ directions: [Direction] = Direction.allCases) async {
        await control { core in for direction in directions { core.setPaused(false, direction) } }
    }

    /// Delays bytes from now on; their order is kept.
    ///
    /// - Parameters:
    ///   - latency: how long each byte is delayed; zero ends the fault.
    ///   - directions: which ways.
    public func setLatency(_ latency: Duration, _ directions: [Direction] = Direction.allCases) async {
        await control { core in for direction in directions { core.latency[direction] = latency } }
    }

    /// Ends every live connection on both sides; new ones are welcome.
    ///
    /// - Parameter ending: how.
    public func endConnections(_ ending: Ending = .reset) async {
        await control { core in core.endLinks(ending) }
    }

    /// Ends each live connection once so many more bytes of one direction have passed.
    ///
    /// - Parameters:
    ///   - bytes: how many bytes still pass, counted from now.
    ///   - direction: the direction that is counted.
    ///   - ending: how both sides are ended then.
    public func cut(after bytes: Int, _ direction: Direction, _ ending: Ending = .reset) async {
        await control { core in core.cutLinks(after: bytes, direction, ending) }
    }

    /// Sends bytes into every live connection, after those that have passed.
    ///
    /// - Parameters:
    ///   - bytes: the bytes.
    ///   - direction: which way they go.
    public func inject(_ bytes: [UInt8], _ direction: Direction) async {
        await control { core in core.inject(ByteBuffer(bytes: bytes), direction) }
    }

    /// Has what passes changed, on connections opened from now on.
    ///
    /// - Parameters:
    ///   - direction: which way.
    ///   - makeFilter: makes the filter of a connection; called and used on the proxy's own thread.
    public func setFilter(_ direction: Direction, _ makeFilter: @escaping @Sendable () -> any FaultProxyFilter) async {
        await control { core in core.filters[direction] = makeFilter }
    }

    /// Forwards connections opened from now on to somewhere else, as after a failover.
    ///
    /// - Parameter upstream: where to; need not be there yet.
    public func redirect(to upstream: Upstream) async {
        await control { core in core.upstream = upstream }
    }

    /// Stops listening, so that new connections are refused; live ones go on.
    public func refuseConnections() async {
        // Fails only when it was closed already.
        try? await loop.flatSubmit { [core] in core.value.stopListening() }.get()
    }

    /// Listens again on the same port.
    ///
    /// - Throws: what binding the port throws, if somebody else has taken it.
    public func acceptConnections() async throws {
        try await loop.flatSubmit { [core, port] in core.value.listen(port: port) }.get()
    }

    /// How many connections are live.
    public var connections: Int { count.update { $0 } }

    /// Waits until a number of connections is live.
    ///
    /// - Parameters:
    ///   - wanted: the number.
    ///   - limit: how long to wait.
    /// - Throws: ``TestingError`` of code `timeout`.
    public func waitForConnections(_ wanted: Int, within limit: Duration = TestWebSocket.patience) async throws {
        try await count.wait(within: limit, for: "\(wanted) connections; there are \(self.connections)") {
            $0 == wanted ? .success(()) : nil
        }
    }

    /// Stops listening and resets what is live.
    public func stop() async {
        await control { core in core.shutDown() }
    }

    private func control(_ action: @escaping @Sendable (FaultProxyCore) -> Void) async {
        // Fails only when the loop is shut down, and the singleton's never are.
        try? await loop.submit { [core] in action(core.value) }.get()
    }
}
