internal import NIOCore

/// Each client pushes, and each push is replied to.
///
/// Confined to its loop.
final class EchoTraffic: Traffic {
    /// What a client has under way.
    private final class Requests {
        let client: BenchClient
        let topic: String
        var sent: UInt64 = 0
        var replies: UInt64 = 0
        /// When each was sent or due, by its number in the ring.
        var times: [UInt64]

        init(_ client: BenchClient, ring: Int) {
            self.client = client
            topic = client.load.plan.name(ofTopic: client.firstTopic)
            times = [UInt64](repeating: 0, count: ring)
        }
    }

    private let plan: BenchmarkPlan
    private let inFlight: UInt64
    private let ringMask: Int
    private var requests: [Int: Requests] = [:]
    private var openLoop: OpenLoop?
    private var isSending = false
    private weak var load: LoadLoop?

    /// Replies to more requests than this, in an open loop, have no latency: the server is hopelessly late.
    private static let openLoopRing = 65_536
    /// The ref of the push numbered 0; the join's is 1.
    private static let firstRef: UInt64 = 2

    init(plan: BenchmarkPlan) {
        self.plan = plan
        var ring = 1
        if case .inFlight(let count) = plan.load {
            inFlight = UInt64(count)
            while ring < inFlight { ring *= 2 }
        } else {
            inFlight = 0
            ring = max(64, Self.openLoopRing / plan.clients)
            ring = 1 << (Int.bitWidth - ring.leadingZeroBitCount)
        }
        ringMask = ring - 1
    }

    func start(_ load: LoadLoop, at start: UInt64) {
        self.load = load
        isSending = true
        for (number, client) in load.clients {
            requests[number] = Requests(client, ring: ringMask + 1)
        }
        switch plan.load {
        case .inFlight:
            for requests in requests.values { refill(requests) }
        case .rate(let rate):
            let schedule = Schedule(publishers: requests.keys.sorted(), of: plan.clients, rate: rate, start: start)
            let openLoop = OpenLoop(schedule, on: load) { [unowned self] number, due in
                guard let requests = self.requests[number] else { return }
                var frames = ByteBuffer()
                self.push(requests, at: due, to: &frames)
                requests.client.send(frames)
            }
            self.openLoop = openLoop
            openLoop.start()
        }
    }

    func stop() {
        isSending = false
        openLoop?.stop()
        openLoop = nil
    }

    private func push(_ requests: Requests, at time: UInt64, to frames: inout ByteBuffer) {
        let client = requests.client
        requests.times[Int(truncatingIfNeeded: requests.sent) & ringMask] = time
        client.load.writer.appendPush(
            Stamp(number: requests.sent, publisher: UInt64(client.number), time: time),
            ref: requests.sent + Self.firstRef, topic: requests.topic, to: &frames
        )
        requests.sent += 1
        client.load.countSent(at: time)
    }

    private func refill(_ requests: Requests) {
        guard isSending, inFlight > 0 else { return }
        let now = LoadLoop.now()
        var frames = ByteBuffer()
        while requests.sent - requests.replies < inFlight { push(requests, at: now, to: &frames) }
        if frames.readableBytes > 0 { requests.client.send(frames) }
    }

    func receive(_ bytes: UnsafeRawBufferPointer, by client: BenchClient, at now: UInt64) {
        let load = client.load
        guard let message = ReceivedMessage(bytes) else {
            load.tally.faults.malformed += 1
            return
        }
        switch message.text(message.event) {
        case "phx_reply":
            guard let ref = message.number else { return }
            guard ref >= Self.firstRef, message.text(message.topic) == requests[client.number]?.topic else {
                load.tally.faults.misrouted += 1
                return
            }
            if message.isError { load.countRefused(saying: message.text(message.payload)) }
            receiveReply(ref - Self.firstRef, by: client, at: now)
        case "phx_error", "phx_close": client.end("the channel ended: \(message.text(message.payload))")
        default: load.countUnasked(message)
        }
    }

    private func receiveReply(_ number: UInt64, by client: BenchClient, at now: UInt64) {
        let load = client.load
        guard let requests = requests[client.number], number < requests.sent else {
            load.tally.faults.malformed += 1
            return
        }
        guard load.countArrival(client.trackers[0].note(number)) else { return }
        requests.replies += 1
        load.tally.received += 1
        if load.isMeasuring { load.tally.receivedInWindow += 1 }
        guard requests.sent - number <= UInt64(ringMask + 1) else { return }
        let time = requests.times[Int(truncatingIfNeeded: number) & ringMask]
        if load.window.contains(time), now >= time { load.tally.latency.record(now - time) }
    }

    func receivedAll(by client: BenchClient, at now: UInt64) {
        if let requests = requests[client.number] { refill(requests) }
    }

    func delivered(_ number: UInt64, ofTopic topic: Int) {}

    func progress() -> TrafficProgress {
        TrafficProgress(
            expected: requests.values.reduce(0) { $0 + $1.sent }, received: load?.tally.received ?? 0
        )
    }
}
