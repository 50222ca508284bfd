import NIOCore
import Testing

@testable import ChannelSocketRedis

@Suite("Subscription table") struct SubscriptionTableTests {
    private typealias Table = SubscriptionTable<Int>
    private var table = Table(maxTopics: 10, timeout: .seconds(5))
    private var lastWaiter = 0
    private let start = NIODeadline.uptimeNanoseconds(1)

    @Test("subscribes with the first member, confirms, and is settled")
    mutating func subscribes() {
        table.linkUp()
        #expect(table.isSettled)
        #expect(subscribe("a") == "pending 1 flush")
        #expect(!table.isSettled)
        #expect(table.nextBatch(limit: 10) == .init(subscribe: ["a"]))
        #expect(table.nextBatch(limit: 10) == nil)
        #expect(subscribe("a") == "pending 1")
        #expect(table.answered("a") == 1)
        #expect(table.isSettled)
        #expect(subscribe("a") == "confirmed")
    }

    @Test("asks for a flush only when the queue was empty, and splits it into batches")
    mutating func batches() {
        table.linkUp()
        #expect(subscribe("a") == "pending 1 flush")
        #expect(subscribe("b") == "pending 2")
        #expect(subscribe("c") == "pending 3")
        #expect(table.nextBatch(limit: 2) == .init(subscribe: ["a", "b"]))
        #expect(table.nextBatch(limit: 2) == .init(subscribe: ["c"]))
    }

    @Test("unsubscribes after the last member and forgets the topic")
    mutating func unsubscribes() {
        confirm("a")
        #expect(table.unsubscribe(from: "a") == (nil, true))
        #expect(table.isSettled)
        #expect(table.nextBatch(limit: 10) == .init(unsubscribe: ["a"]))
        #expect(table.answered("a") == nil)
        #expect(table.count == 0)
        #expect(table.unsubscribe(from: "a") == (nil, false))
    }

    @Test("sends nothing for a topic that was wanted and dropped before the flush")
    mutating func cancelledOut() {
        table.linkUp()
        _ = subscribe("a")
        #expect(table.unsubscribe(from: "a") == (1, false))
        #expect(table.nextBatch(limit: 10) == nil)
        #expect(table.count == 0)
    }

    @Test("keeps a confirmed topic that is wanted again before the flush")
    mutating func keptAfterAll() {
        confirm("a")
        _ = table.unsubscribe(from: "a")
        #expect(subscribe("a") == "confirmed")
        #expect(table.nextBatch(limit: 10) == nil)
        #expect(table.isSettled)
    }

    @Test("confirms only when the answer to the last command is there")
    mutating func races() {
        table.linkUp()
        _ = subscribe("a")
        _ = table.nextBatch(limit: 10)
        #expect(table.unsubscribe(from: "a") == (1, true))
        #expect(table.nextBatch(limit: 10) == .init(unsubscribe: ["a"]))
        #expect(subscribe("a") == "pending 2 flush")
        #expect(table.nextBatch(limit: 10) == .init(subscribe: ["a"]))
        #expect(table.answered("a") == nil)
        #expect(table.answered("a") == nil)
        #expect(!table.isSettled)
        #expect(table.answered("a") == 2)
        #expect(table.isSettled)
    }

    @Test("subscribes everything again after the link was lost, and keeps those who wait")
    mutating func reconnects() {
        confirm("a")
        confirm("b")
        _ = subscribe("c")
        _ = table.nextBatch(limit: 10)
        table.linkDown()
        #expect(!table.isSettled)
        #expect(table.answered("c") == nil)
        #expect(subscribe("a") == "pending 4")
        #expect(table.unsubscribe(from: "b") == (nil, false))
        #expect(table.nextBatch(limit: 10) == nil)
        table.linkUp()
        #expect(!table.isSettled)
        let batch = table.nextBatch(limit: 10)
        #expect(batch.map { Set($0.subscribe) } == ["a", "c"])
        #expect(batch?.unsubscribe == [])
        #expect(table.answered("a") == 4)
        #expect(table.answered("c") == 3)
        #expect(table.isSettled)
        #expect(table.count == 2)
    }

    @Test("holds nothing for topics that come and go while there is no link")
    mutating func churnWithoutLink() {
        for number in 0..<100 {
            _ = subscribe("t\(number)")
            _ = table.unsubscribe(from: "t\(number)")
        }
        #expect(table.count == 0)
    }

    @Test("lets those who wait give up, but goes on trying")
    mutating func expiry() {
        _ = subscribe("a")
        _ = subscribe("b", at: start + .seconds(3))
        #expect(table.expired(now: start + .seconds(4)) == [])
        #expect(table.expired(now: start + .seconds(5)) == [1])
        #expect(subscribe("a", at: start + .seconds(6)) == "pending 3")
        #expect(table.expired(now: start + .seconds(20)) == [2, 3])
        table.linkUp()
        #expect(table.nextBatch(limit: 10).map { Set($0.subscribe) } == ["a", "b"])
    }

    @Test("does not let a confirmed topic expire")
    mutating func noExpiryAfterConfirmation() {
        confirm("a")
        #expect(table.expired(now: start + .seconds(60)) == [])
    }

    @Test("tries the topics of a refused batch one by one, and leaves the rest of the queue in batches")
    mutating func refusedBatch() {
        table.linkUp()
        for topic in ["a", "b", "c", "d"] { _ = subscribe(topic) }
        #expect(table.nextBatch(limit: 2) == .init(subscribe: ["a", "b"]))
        table.refusedTogether("a")
        table.refusedTogether("b")
        #expect(table.nextBatch(limit: 2) == .init(subscribe: ["a"]))
        #expect(table.nextBatch(limit: 2) == .init(subscribe: ["b"]))
        #expect(table.nextBatch(limit: 2) == .init(subscribe: ["c", "d"]))
        #expect(table.refused("a", now: start) == 1)
        #expect(table.answered("b") == 2)
        #expect(!table.isSettled)
    }

    @Test("tries a topic refused for itself again after growing pauses, and alone, until it is in force")
    mutating func retries() {
        table.linkUp()
        _ = subscribe("a")
        _ = table.nextBatch(limit: 10)
        #expect(table.refused("a", now: start) == 1)
        var now = start
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] as [Int64] {
            now = now + .seconds(pause)
            #expect(table.retryRefused(now: now - .milliseconds(1)) == false)
            #expect(table.nextBatch(limit: 10) == nil)
            #expect(table.retryRefused(now: now) == true)
            #expect(subscribe("b").hasPrefix("pending"))
            #expect(table.nextBatch(limit: 10) == .init(subscribe: ["a"]))
            #expect(table.refused("a", now: now) == nil)
            _ = table.unsubscribe(from: "b")
            #expect(table.nextBatch(limit: 10) == nil)
        }
        // Whoever asks for it again need not wait for the pause; he is told what comes of it.
        #expect(subscribe("a").hasSuffix("flush"))
        _ = subscribe("b")
        #expect(table.nextBatch(limit: 10) == .init(subscribe: ["a"]))
        #expect(table.answered("a") == lastWaiter - 1)
        #expect(table.retryRefused(now: now + .hours(1)) == false)
    }

    @Test("holds nothing for refused topics that nobody wants any more")
    mutating func refusedAndDropped() {
        table.linkUp()
        for number in 0..<100 {
            _ = subscribe("t\(number)")
            _ = table.nextBatch(limit: 1)
            _ = table.refused("t\(number)", now: start)
            _ = table.unsubscribe(from: "t\(number)")
            _ = table.nextBatch(limit: 1)
        }
        #expect(table.count == 0)
        #expect(table.isSettled)
        #expect(table.retryRefused(now: start + .hours(1)) == false)
    }

    @Test("tries all again on a new connection, the refused ones alone")
    mutating func refusedBeforeLoss() {
        confirm("good")
        _ = subscribe("bad")
        _ = table.nextBatch(limit: 10)
        _ = table.refused("bad", now: start)
        table.linkDown()
        #expect(table.retryRefused(now: start + .hours(1)) == false)
        table.linkUp()
        #expect(table.nextBatch(limit: 10) == .init(subscribe: ["bad"]))
        #expect(table.nextBatch(limit: 10) == .init(subscribe: ["good"]))
        #expect(table.refused("bad", now: start) == nil)
        #expect(!table.isRestored)
        _ = table.answered("good")
        #expect(table.isRestored)
        #expect(!table.isSettled)
        #expect(subscribe("new").hasPrefix("pending"))
        #expect(!table.isRestored)
    }

    @Test("takes topics for different whose bytes differ")
    mutating func bytes() {
        confirm("caf\u{E9}")
        #expect(subscribe("cafe\u{301}") == "pending 2 flush")
        #expect(table.count == 2)
    }

    @Test("limits the number of topics")
    mutating func limit() {
        for number in 0..<10 { confirm("t\(number)") }
        #expect(subscribe("one more") == "full")
        #expect(subscribe("t3") == "confirmed")
        _ = table.unsubscribe(from: "t3")
        #expect(subscribe("one more") == "pending 11")
    }

    @Test("agrees with a Redis that is played by the rules, whatever the order of events")
    mutating func model() {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<300 {
            table = Table(maxTopics: 100, timeout: .seconds(5))
            var wanted: Set<String> = []
            var subscribed: Set<String> = []
            var wire: [(topic: String, subscribe: Bool)] = []
            var waiting: Set<Int> = []
            for _ in 0..<200 {
                let topic = ["a", "b", "c", "d"][Int.random(in: 0..<4, using: &generator)]
                switch Int.random(in: 0..<10, using: &generator) {
                case 0...2:
                    wanted.insert(topic)
                    let answer = subscribe(topic)
                    if answer == "confirmed" { #expect(subscribed.contains(topic)) }
                    if answer.hasPrefix("pending") { waiting.insert(Int(answer.split(separator: " ")[1]) ?? 0) }
                case 3...5:
                    wanted.remove(topic)
                    if let abandoned = table.unsubscribe(from: topic).abandoned { waiting.remove(abandoned) }
                case 6, 7:
                    guard let batch = table.nextBatch(limit: Int.random(in: 1...3, using: &generator)) else { continue }
                    wire += batch.unsubscribe.map { ($0, false) } + batch.subscribe.map { ($0, true) }
                case 8:
                    guard !wire.isEmpty else { continue }
                    let command = wire.removeFirst()
                    if command.subscribe { subscribed.insert(command.topic) } else { subscribed.remove(command.topic) }
                    if let waiter = table.answered(command.topic) { waiting.remove(waiter) }
                default:
                    guard Int.random(in: 0..<5, using: &generator) == 0 else { continue }
                    if table.isLinkUp { table.linkDown() } else { table.linkUp() }
                    wire = []
                    subscribed = []
                }
                if table.isSettled { #expect(wanted.isSubset(of: subscribed)) }
                #expect(table.wanted == wanted.count)
            }
            if !table.isLinkUp { table.linkUp() }
            while let batch = table.nextBatch(limit: 3) {
                wire += batch.unsubscribe.map { ($0, false) } + batch.subscribe.map { ($0, true) }
            }
            for command in wire {
                if command.subscribe { subscribed.insert(command.topic) } else { subscribed.remove(command.topic) }
                if let waiter = table.answered(command.topic) { waiting.remove(waiter) }
            }
            #expect(waiting.isEmpty)
            #expect(subscribed == wanted)
            #expect(table.isSettled)
            #expect(table.count == wanted.count)
        }
    }

    private mutating func subscribe(_ topic: String, at time: NIODeadline? = nil) -> String {
        var next = lastWaiter
        let result = table.subscribe(to: topic, now: time ?? start) {
            next += 1
            return next
        }
        lastWaiter = next
        switch result {
        case .confirmed: return "confirmed"
        case .pending(let waiter, let needsFlush): return "pending \(waiter)" + (needsFlush ? " flush" : "")
        case .full: return "full"
        }
    }

    private mutating func confirm(_ topic: String) {
        if !table.isLinkUp { table.linkUp() }
        _ = subscribe(topic)
        _ = table.nextBatch(limit: .max)
        _ = table.answered(topic)
    }
}
