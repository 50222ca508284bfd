import ChannelSocket
import NIOCore
import NIOPosix

/// Keeps one connection to Redis alive: reconnects, with growing pauses, until it is stopped.
///
/// Confined to its event loop.
final class RedisLink {
    /// What a connection is for.
    enum Role: String {
        /// Receives messages.
        case subscriber
        /// Publishes and runs commands.
        case publisher
    }

    let role: Role
    /// The connection, when the link is ready.
    private(set) var readyConnection: RedisConnection?

    private let configuration: RedisConfiguration
    private let settings: RedisConnection.Settings
    private let eventLoop: any EventLoop
    private unowned let events: any RedisConnectionEvents
    private var machine: StateMachine
    private var connection: RedisConnection?
    private var lastReason = RedisCloseReason.stopped
    private var generator = SystemRandomNumberGenerator()

    init(
        role: Role,
        configuration: RedisConfiguration,
        settings: RedisConnection.Settings,
        eventLoop: any EventLoop,
        events: any RedisConnectionEvents
    ) {
        self.role = role
        self.configuration = configuration
        self.settings = settings
        self.eventLoop = eventLoop
        self.events = events
        machine = StateMachine(stableAfter: configuration.backoff.maximum)
    }

    /// Starts to connect.
    func start() {
        perform(machine.start())
    }

    /// Closes the connection for good; ``RedisConnectionEvents/linkFinished(_:)`` follows.
    func stop() {
        lastReason = .stopped
        perform(machine.stop())
    }

    /// The connection's handshake is done.
    func handshakeSucceeded(_ connection: RedisConnection) {
        perform(machine.handshakeSucceeded(now: .now()))
    }

    /// The connection has ended.
    func connectionClosed(_ connection: RedisConnection, _ reason: RedisCloseReason) {
        lastReason = reason
        self.connection = nil
        readyConnection = nil
        perform(machine.closed(now: .now()))
    }

    private func perform(_ action: StateMachine.Action) {
        switch action {
        case .none: break
        case .connect: connect()
        case .handshake: break
        case .announceReady:
            readyConnection = connection
            events.linkReady(self)
        case .close: connection?.close(.stopped)
        case .retry(let failures, let wasReady): retry(afterFailures: failures, wasReady: wasReady)
        case .finish: events.linkFinished(self)
        }
    }

    private func connect() {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(configuration.connectTimeout)
            .channelOption(.socketOption(.so_keepalive), value: 1)
        let opening =
            switch configuration.address {
            case .tcp(let host, let port):
                bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1).connect(host: host, port: port)
            case .unixSocket(let path): bootstrap.connect(unixDomainSocketPath: path)
            }
        opening.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): self.connected(channel)
            case .failure(let error):
                self.lastReason = .unreachable(because: error)
                self.perform(self.machine.connectFailed())
            }
        }
    }

    private func connected(_ channel: any Channel) {
        // The handler goes in only now: with several addresses NIO opens several channels and keeps one.
        let connection = RedisConnection(settings: settings, link: self, events: events)
        guard channel.isActive else {
            lastReason = .closedByPeer
            return perform(machine.connectFailed())
        }
        switch machine.connected() {
        case .handshake:
            self.connection = connection
            do {
                try channel.pipeline.syncOperations.addHandler(connection)
            } catch {
                channel.close(promise: nil)
                connectionClosed(connection, .failed(because: error))
            }
        default:
            // Stopped meanwhile.
            channel.close(promise: nil)
            perform(machine.closed(now: .now()))
        }
    }

    private func retry(afterFailures failures: Int, wasReady: Bool) {
        if wasReady { events.linkLost(self, because: lastReason) }
        let delay = configuration.backoff.delay(afterFailures: failures, using: &generator)
        events.linkFailed(self, because: lastReason, failures: failures, retryingIn: delay)
        eventLoop.assumeIsolated().scheduleTask(in: delay) {
            self.perform(self.machine.retryTimerFired())
        }
    }
}
