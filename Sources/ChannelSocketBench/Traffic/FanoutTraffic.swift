internal import NIOCore

/// The first member of each topic pushes, all its members receive.
///
/// Confined to its loop.
final class FanoutTraffic: Traffic {
    /// A publisher of this loop.
    private final class Publisher {
        let client: BenchClient
        let members: Int
        /// How many loops have members.
        let loops: Int
        var next: UInt64 = 0
        var delivered: UInt64 = 0
        /// Loops whose members have received a message, by its number in the ring.
        var loopsDelivered: [Int]
        /// Whether it is among those that may send more.
        var isRefillable = false

        init(_ client: BenchClient, members: Int, loops: Int, ring: Int) {
            self.client = client
            self.members = members
            self.loops = loops
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
    private let prefixes: [[UInt8]]
    private let event: [UInt8]
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
        event = Array(plan.event.utf8)
        prefixes = (0..<plan.topics).map {
            Array(#"[null,null,"\#(plan.topicPrefix)\#($0)","\#(plan.event)",{"#.utf8)
        }
        arrivals = (0..<plan.topics).map { topic in
            let members = stride(from: topic, to: plan.clients, by: plan.topics)
                .count { plan.loop(ofClient: $0) == loop }
            return Arrivals(
                publisherLoop: plan.loop(ofClient: topic), publisherNode: plan.node(ofClient: topic), members: members,
                counts: [Int](repeating: 0, count: ring)
            )
        }
    }

    // MARK: - Sending

    func start(_ load: LoadLoop, at start: UInt64) {
        self.load = load
        isSending = true
        for topic in 0..<plan.topics {
            // The first member of a topic is the client of the same number.
            guard let client = load.clients[topic] else { continue }
            let members = stride(from: topic, to: plan.clients, by: plan.topics)
            publishers[topic] = Publisher(
                client, members: plan.members(ofTopic: topic), loops: Set(members.map(plan.loop(ofClient:))).count,
                ring: ringMask + 1
            )
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
            Stamp(number: publisher.next, publisher: UInt64(client.topicNumber), time: time), ref: client.ref,
            topic: client.topic, to: &frames
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
        let topic = client.topicNumber
        let prefix = prefixes[topic]
        if bytes.count > prefix.count, prefix.withUnsafeBytes({ bytes.starts(with: $0) }) {
            receiveDelivery(Stamp(in: bytes, at: prefix.count - 1), by: client, at: now)
            return
        }
        guard let message = ReceivedMessage(bytes) else {
            client.load.tally.faults.malformed += 1
            return
        }
        if message.equal(message.event, event) {
            if message.equal(message.topic, Array(client.topic.utf8)) {
                receiveDelivery(Stamp(in: bytes, at: message.payload.lowerBound), by: client, at: now)
            } else {
                client.load.tally.faults.misrouted += 1
            }
            return
        }
        switch message.text(message.event) {
        case "phx_reply" where message.isError: client.load.countRefused(saying: message.text(message.payload))
        case "phx_error", "phx_close": client.end("the channel ended: \(message.text(message.payload))")
        default: break
        }
    }

    private func receiveDelivery(_ stamp: Stamp?, by client: BenchClient, at now: UInt64) {
        let load = client.load
        guard let stamp else {
            load.tally.faults.malformed += 1
            return
        }
        let topic = client.topicNumber
        guard stamp.publisher == UInt64(topic) else {
            load.tally.faults.misrouted += 1
            return
        }
        guard load.countArrival(client.tracker.note(stamp.number)) else { return }
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
