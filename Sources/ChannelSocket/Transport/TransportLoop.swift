import NIOCore

/// What the WebSocket connections of one event loop share: the outbox, the search for idle ones, and the paced
/// closing of all of them when the server ends.
///
/// Confined to its event loop.
final class TransportLoop {
    let eventLoop: any EventLoop
    let outbox: Outbox
    /// How many bytes of unfinished messages all connections hold.
    var unfinishedBytes = 0
    let counters = LoopCounters()
    private(set) var connections: ContiguousArray<WebSocketConnection> = []
    private var sweep: RepeatedTask?
    private var secondsOfWindow = 0
    private var departing = PacedQueue<WebSocketConnection>()
    private var departure: RepeatedTask?

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        outbox = Outbox(eventLoop: eventLoop, counters: counters)
    }

    /// Takes an open connection in.
    func add(_ connection: WebSocketConnection) {
        connection.loopIndex = connections.count
        connections.append(connection)
        if sweep == nil {
            // One timer for all connections instead of one each: it counts seconds without data, and reads the clock
            // once for all.
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            sweep = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
                bound.value.secondPassed()
            }
        }
    }

    private func secondPassed() {
        let now = eventLoop.now
        for connection in connections {
            connection.secondPassed(now: now)
        }
        secondsOfWindow += 1
        if secondsOfWindow >= 30 {
            secondsOfWindow = 0
            counters.rotateMailboxWindow()
        }
    }

    /// Lets a closed connection go.
    func remove(_ connection: WebSocketConnection) {
        let index = connection.loopIndex
        precondition(connections[index] === connection, "a connection is removed from the loop it was added to")
        connections[index] = connections[connections.count - 1]
        connections[index].loopIndex = index
        connections.removeLast()
        if connections.isEmpty {
            sweep?.cancel()
            sweep = nil
        }
    }

    /// Closes a connection because the server ends, when its turn has come.
    ///
    /// - Parameters:
    ///   - connection: the connection; it is served until then.
    ///   - window: the time over which the loop's connections are closed.
    func closeForRestart(_ connection: WebSocketConnection, within window: TimeAmount) {
        departing.append(connection, within: window, now: .now())
        guard departure == nil else { return }
        // The first batch goes in a later tick, when the other connections have been told too.
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let step = PacedQueue<WebSocketConnection>.step
        departure = eventLoop.scheduleRepeatedTask(initialDelay: step, delay: step) { task in
            bound.value.closeNextBatch(task)
        }
    }

    private func closeNextBatch(_ task: RepeatedTask) {
        for connection in departing.next(now: .now()) {
            connection.close(code: 1012, reason: "server is restarting")
        }
        guard departing.isEmpty else { return }
        task.cancel()
        departure = nil
    }
}
