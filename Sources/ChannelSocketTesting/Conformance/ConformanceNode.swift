import ChannelSocket
import NIOCore
import PhoenixWire
import Synchronization

/// A node of the conformance suite: an adapter, and what it has delivered.
final class ConformanceNode: Sendable {
    let id = NodeID()
    let adapter: any PubSubAdapter
    let timeout: Duration
    private let delivered = Mutex<[RoutedBroadcast]>([])

    init(adapter: any PubSubAdapter, timeout: Duration) {
        self.adapter = adapter
        self.timeout = timeout
    }

    /// What was delivered so far.
    var inbox: [RoutedBroadcast] { delivered.withLock { $0 } }

    /// Runs the adapter.
    func run() async throws {
        try await adapter.run(node: id) { [self] broadcast in
            delivered.withLock { $0.append(broadcast) }
        }
    }

    /// Subscribes and waits for the confirmation.
    func subscribe(to topic: String) async throws {
        guard let confirmed = adapter.subscribe(to: topic) else { return }
        try await finish(confirmed, "the subscription was not confirmed")
    }

    /// Publishes and waits until the bus has taken it.
    func publish(_ topic: String, _ event: String, _ payload: Payload = .emptyObject) async throws {
        try await publish(RoutedBroadcast(Broadcast(topic: topic, event: event, payload: payload)))
    }

    /// Publishes and waits until the bus has taken it.
    func publish(_ broadcast: RoutedBroadcast) async throws {
        guard let taken = adapter.publish(broadcast) else { return }
        try await finish(taken, "the broadcast was not taken")
    }

    /// Waits until the adapter is connected.
    func waitUntilConnected() async throws {
        try await wait("not connected: \(adapter.disconnectReason ?? "no reason given")") { adapter.isConnected }
    }

    /// Waits until so many broadcasts have been delivered.
    func waitForInbox(count: Int) async throws {
        try await wait("\(count) broadcasts were expected, \(inbox.count) were delivered") { self.inbox.count >= count }
    }

    /// Waits for a condition.
    func wait(_ message: @autoclosure () -> String, until condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + timeout
        while !condition() {
            guard ContinuousClock.now < deadline else { throw ConformanceFailure(message()) }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private func finish(_ future: EventLoopFuture<Void>, _ message: String) async throws {
        let timeout = TimeAmount(timeout)
        let result = future.eventLoop.makePromise(of: Void.self)
        future.cascade(to: result)
        let timer = future.eventLoop.scheduleTask(in: timeout) { result.fail(ConformanceFailure(message)) }
        result.futureResult.whenComplete { _ in timer.cancel() }
        do {
            try await result.futureResult.get()
        } catch let error as PubSubError {
            throw ConformanceFailure("\(message): \(error)")
        }
    }
}
