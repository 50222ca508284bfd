internal import NIOCore

/// The first member of each topic pushes, all its members receive.
///
/// Confined to its loop.
final class FanoutTraffic: Traffic {
    /// A publisher of this loop.
    private final class Publisher {
        let client: BenchClient
        let topic: Int
        let topicName: String
        let members: Int
        /// How many loops have members.
        let loops: Int
        var next: UInt64 = 0
        var delivered: UInt64 = 0
        /// Loops whose members have received a message, by its number in the ring.
        var loopsDelivered: [Int]
        /// Whether it is among those that may send more.
        var isRefillable = false

        init(_ client: BenchClient, topic: Int, ring: Int) {
            let plan = client.load.plan
            self.client = client
            self.topic = topic
            topicName = plan.name(ofTopic: topic)
            members = plan.members(ofTopic: topic).count { _ in true }
            loops = Set(plan.members(ofTopic: topic).map(plan.loop(ofClient:))).count
            loopsDelivered = [Int](repeating: 0, count: ring)
        }
    }

    /// What the members of this loop have received of one topic.
    private struct Arrivals {
        let publisherLoop: Int
        let publisherNode: Int
        let members: Int
        /// Members that have received a message, by its number in the ring.
        var counts: [Int]
    }

    private let plan: BenchmarkPlan
    private let loop: Int
    private let inFlight: UInt64
    private let ringMask: Int
    /// What is in a broadcast before and behind the number of its topic.
    private let head: [UInt8]
    private let tail: [UInt8]
    private var publishers: [Int: Publisher] = [:]
    private var arrivals: [Arrivals]
    private var refillable: [Publisher] = []
    private var openLoop: OpenLoop?
    private var isSending = false
    private weak var load: LoadLoop?

    init(plan: BenchmarkPlan, loop: Int) {
        self.plan = plan
        self.loop = loop
        if case .inFlight(let count) = plan.load { inFlight = UInt64(count) } else { inFlight = 0 }
        var ring = 1
        while ring < inFlight { ring *= 2 }
        ringMask = ring - 1
        head = Array(#"[null,null,"\#(plan.topicPrefix)"#.utf8)
        tail = Array(#"","\#(plan.event)",{"#.utf8)
        arrivals = (0..<plan.topics).map { topic in
            let publisher = topic / plan.joins
            return Arrivals(
                publisherLoop: plan.loop(ofClient: publisher), publisherNode: plan.node(ofClient: publisher),
                members: plan.members(ofTopic: topic).count { plan.loop(ofClient: $0) == loop },
                counts: [Int](repeating: 0, count: ring)
            )
        }
    }

    // MARK: - Sending

    func start(_ load: LoadLoop, at start: UInt64) {
        self.load = load
        isSending = true
        for topic in 0..<plan.topics {
            guard let client = load.clients[topic / plan.joins] else { continue }
            publishers[topic] = Publisher(client, topic: topic, ring: ringMask + 1)
        }
        switch plan.load {
        case .inFlight:
            for publisher in publishers.values { refill(publisher) }
        case .rate(let rate):
            let schedule = Schedule(publishers: publishers.keys.sorted(), of: plan.topics, rate: rate, start: start)
            let openLoop = OpenLoop(schedule, on: load) { [unowned self] topic, due in
                guard let publisher = self.publishers[topic] else { return }
                var frames = ByteBuffer()
                self.push(publisher, at: due, to: &frames)
                publisher.client.send(frames)
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

    private func push(_ publisher: Publisher, at time: UInt64, to frames: inout ByteBuffer) {
        let client = publisher.client
        client.ref += 1
        client.load.writer.appendPush(
            Stamp(number: publisher.next, publisher: UInt64(publisher.topic), time: time), ref: client.ref,
            topic: publisher.topicName, to: &frames
        )
        publisher.next += 1
        client.load.countSent(at: time)
    }

    /// Sends as many messages as may be under way, in one write.
    private func refill(_ publisher: Publisher) {
        publisher.isRefillable = false
        guard isSending else { return }
        let now = LoadLoop.now()
        var frames = ByteBuffer()
        while publisher.next - publisher.delivered < inFlight { push(publisher, at: now, to: &frames) }
        if frames.readableBytes > 0 { publisher.client.send(frames) }
    }

    // MARK: - Receiving

    func receive(_ bytes: UnsafeRawBufferPointer, by client: BenchClient, at now: UInt64) {
        if let (topic, payload) = usualBroadcast(bytes) {
            receiveDelivery(Stamp(in: bytes, at: payload), ofTopic: topic, by: client, at: now)
            return
        }
        guard let message = ReceivedMessage(bytes) else {
            client.load.tally.faults.malformed += 1
            return
        }
        if message.text(message.event) == plan.event {
            let stamp = Stamp(in: bytes, at: message.payload.lowerBound)
            receiveDelivery(stamp, ofTopic: plan.topic(named: message.text(message.topic)), by: client, at: now)
            return
        }
        switch message.text(message.event) {
        case "phx_reply":
            if message.isError { client.load.countRefused(saying: message.text(message.payload)) }
        case "phx_error", "phx_close": client.end("the channel ended: \(message.text(message.payload))")
        default: client.load.countUnasked(message)
        }
    }

    /// The topic of a broadcast that is written as Phoenix does it, and where its payload begins.
    private func usualBroadcast(_ bytes: UnsafeRawBufferPointer) -> (topic: Int, payload: Int)? {
        guard head.withUnsafeBytes({ bytes.starts(with: $0) }) else { return nil }
        var scan = Scan(bytes: bytes, offset: head.count)
        guard let topic = scan.digits() else { return nil }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[scan.offset...])
        guard tail.withUnsafeBytes({ rest.starts(with: $0) }) else { return nil }
        return (Int(clamping: topic), scan.offset + tail.count - 1)
    }

    private func receiveDelivery(_ stamp: Stamp?, ofTopic topic: Int?, by client: BenchClient, at now: UInt64) {
        let load = client.load
        guard let stamp else {
            load.tally.faults.malformed += 1
            return
        }
        guard let topic, let position = client.position(ofTopic: topic), stamp.publisher == UInt64(topic) else {
            load.tally.faults.misrouted += 1
            return
        }
        guard load.countArrival(client.trackers[position].note(stamp.number)) else { return }
        let crossed = arrivals[topic].publisherNode != client.node
        load.tally.received += 1
        if load.isMeasuring {
            load.tally.receivedInWindow += 1
            if crossed { load.tally.crossedInWindow += 1 }
        }
        if load.window.contains(stamp.time), now >= stamp.time {
            if crossed {
                load.tally.crossLatency.record(now - stamp.time)
            } else {
                load.tally.latency.record(now - stamp.time)
            }
        }
        if inFlight > 0 { arrived(stamp.number, ofTopic: topic, at: load) }
    }

    private func arrived(_ number: UInt64, ofTopic topic: Int, at load: LoadLoop) {
        let slot = Int(truncatingIfNeeded: number) & ringMask
        arrivals[topic].counts[slot] += 1
        guard arrivals[topic].counts[slot] >= arrivals[topic].members else { return }
        arrivals[topic].counts[slot] = 0
        let publisherLoop = arrivals[topic].publisherLoop
        if publisherLoop == loop {
            note(number, ofTopic: topic)
        } else if load.peers.indices.contains(publisherLoop) {
            load.peers[publisherLoop].post { $0.traffic.delivered(number, ofTopic: topic) }
        }
    }

    func receivedAll(by client: BenchClient, at now: UInt64) {
        while let publisher = refillable.popLast() { refill(publisher) }
    }

    func delivered(_ number: UInt64, ofTopic topic: Int) {
        note(number, ofTopic: topic)
        while let publisher = refillable.popLast() { refill(publisher) }
    }

    /// Notes that all members on one loop have received a message.
    private func note(_ number: UInt64, ofTopic topic: Int) {
        guard let publisher = publishers[topic] else { return }
        let slot = Int(truncatingIfNeeded: number) & ringMask
        publisher.loopsDelivered[slot] += 1
        guard publisher.loopsDelivered[slot] >= publisher.loops else { return }
        publisher.loopsDelivered[slot] = 0
        publisher.delivered += 1
        guard !publisher.isRefillable else { return }
        publisher.isRefillable = true
        refillable.append(publisher)
    }

    func progress() -> TrafficProgress {
        var progress = TrafficProgress(received: load?.tally.received ?? 0)
        for publisher in publishers.values { progress.expected += publisher.next * UInt64(publisher.members) }
        return progress
    }
}
