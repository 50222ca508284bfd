internal import NIOCore

/// The clients of one event loop and what they have counted.
///
/// Confined to the loop.
final class LoadLoop {
    let index: Int
    let plan: BenchmarkPlan
    let eventLoop: any EventLoop
    private(set) var traffic: any Traffic
    var tally = Tally()
    var writer: PushWriter
    /// Whether what happens is measured.
    private(set) var isMeasuring = false
    /// When messages must have been sent, or been due, for their latency to count.
    private(set) var window: Range<UInt64> = 0..<0
    /// The other loops; their order is the plan's.
    private(set) var peers: [LoopHandle] = []
    /// The clients of this loop, by their number.
    private(set) var clients: [Int: BenchClient] = [:]

    private var heartbeat: RepeatedTask?
    private var isShutDown = false

    init(index: Int, plan: BenchmarkPlan, eventLoop: any EventLoop) {
        self.index = index
        self.plan = plan
        self.eventLoop = eventLoop
        writer = PushWriter(event: plan.event, payloadBytes: plan.payloadBytes)
        traffic =
            switch plan.scenario {
            case .connect: IdleTraffic()
            case .fanout: FanoutTraffic(plan: plan, loop: index)
            case .echo: EchoTraffic(plan: plan)
            }
    }

    /// Makes a client of this loop known.
    ///
    /// - Parameter client: the client.
    /// - Throws: ``BenchmarkError`` when everything has ended.
    func add(_ client: BenchClient) throws {
        guard !isShutDown else { throw BenchmarkError.notJoined("the benchmark has ended") }
        clients[client.number] = client
    }

    /// Makes the other loops known, before any of them starts: what it sends can come to clients of this one at once.
    ///
    /// - Parameter peers: all loops, in the order of the plan.
    func meet(_ peers: [LoopHandle]) {
        self.peers = peers
    }

    /// Starts to send and says when to measure.
    ///
    /// - Parameters:
    ///   - window: when to measure.
    ///   - start: when the first message is due.
    ///   - edge: called at the beginning and the end of the measured time.
    func start(window: Range<UInt64>, from start: UInt64, edge: @escaping @Sendable (Bool) -> Void) {
        self.window = window
        let loop = NIOLoopBound(self, eventLoop: eventLoop)
        for (time, begins) in [(window.lowerBound, true), (window.upperBound, false)] {
            eventLoop.scheduleTask(deadline: .uptimeNanoseconds(time)) {
                loop.value.isMeasuring = begins
                edge(begins)
            }
        }
        traffic.start(self, at: start)
    }

    /// Keeps the connections from being closed as idle; servers give them a minute.
    func startHeartbeats() {
        let loop = NIOLoopBound(self, eventLoop: eventLoop)
        heartbeat = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(25), delay: .seconds(25)) { _ in
            for client in loop.value.clients.values { client.sendHeartbeat() }
        }
    }

    /// Ends everything.
    func shutDown() {
        isShutDown = true
        heartbeat?.cancel()
        traffic.stop()
        // It knows the clients, who know this loop.
        traffic = IdleTraffic()
        for client in clients.values { client.leave() }
        clients = [:]
        peers = []
    }

    /// The time by the clock of all stamps.
    static func now() -> UInt64 {
        NIODeadline.now().uptimeNanoseconds
    }
}

@available(*, unavailable)
extension LoadLoop: Sendable {}
