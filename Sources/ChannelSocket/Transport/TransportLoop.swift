import NIOCore

/// What the WebSocket connections of one event loop share: the outbox, the search for idle ones, and the paced
/// closing of all of them when the server ends.
///
/// Confined to its event loop.
final class TransportLoop {
    let eventLoop: any EventLoop
    let outbox: Outbox
    let receiveBuffer = ReceiveBuffer()
    /// How many bytes of unfinished messages all connections hold.
    var unfinishedBytes = 0
    let counters = LoopCounters()
    /// How many whole seconds the loop has had connections, or more: the clock of what need not be exact, which costs
    /// nothing to read.
    private(set) var second: UInt32 = 0
    private var start: NIODeadline?
    private var connections = 0
    private var waiting = SecondsWheel<WebSocketConnection>()
    private var sweep: RepeatedTask?
    private var windowEnd: UInt32 = 30
    private var departing = PacedQueue<WebSocketConnection>()
    private var departure: RepeatedTask?

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        outbox = Outbox(eventLoop: eventLoop, counters: counters)
    }

    /// Takes an open connection in.
    func add(_ connection: WebSocketConnection) {
        connections += 1
        let now = eventLoop.now
        if sweep == nil {
            advance(to: now)
            // One timer for all connections instead of one each.
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            sweep = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
                bound.value.lookAtDue(now: bound.value.eventLoop.now)
            }
        }
        connection.noteRead()
        schedule(connection, now: now)
    }

    /// Looks at the connections whose time may be over, which are few of those that are open.
    ///
    /// - Parameter now: the time.
    /// - Returns: how many it has looked at.
    @discardableResult
    func lookAtDue(now: NIODeadline) -> Int {
        let due = advance(to: now)
        for connection in due {
            connection.checkTime(now: now)
            if connection.isOpen { schedule(connection, now: now) }
        }
        if second >= windowEnd {
            windowEnd = second + 30
            counters.rotateMailboxWindow()
        }
        return due.count
    }

    /// Reads the clock for all, once.
    @discardableResult
    private func advance(to now: NIODeadline) -> [WebSocketConnection] {
        let start = start ?? now
        self.start = start
        second = UInt32(clamping: max(0, (now - start).nanoseconds / 1_000_000_000))
        return waiting.advance(to: max(second, waiting.now))
    }

    private func schedule(_ connection: WebSocketConnection, now: NIODeadline) {
        if let next = connection.nextCheck(now: now) { waiting.insert(connection, at: next) }
    }

    /// Lets a closed connection go.
    func remove(_ connection: WebSocketConnection) {
        waiting.remove(connection)
        connections -= 1
        if connections == 0 {
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
            connection.handler?.serverWillEnd()
            connection.close(code: 1012, reason: "server is restarting")
        }
        guard departing.isEmpty else { return }
        task.cancel()
        departure = nil
    }
}
