import ChannelSocket
import NIOCore
import PhoenixWire
import Synchronization

// The rules, in the order of `Check`.
extension PubSubAdapterConformance {
    func connects() async throws {
        try await withNodes(1) { nodes in
            try require(nodes[0].adapter.disconnectReason == nil, "is connected and gives a reason for not being so")
        }
    }

    func endsWhenCancelled() async throws {
        let node = try await makeNode()
        let hasEnded = Mutex(false)
        let running = Task {
            try await node.run()
            hasEnded.withLock { $0 = true }
        }
        try await node.waitUntilConnected()
        running.cancel()
        try await node.wait("run did not return after its task was cancelled") { hasEnded.withLock { $0 } }
    }

    func confirmsSubscriptions() async throws {
        try await withNodes(1) { nodes in
            let node = nodes[0]
            try await node.subscribe(to: "room:a")
            try await node.waitUntilConnected()
            try require(node.adapter.subscribe(to: "room:a") == nil, "a confirmed topic is not reported as such")
            node.adapter.unsubscribe(from: "room:never subscribed")
            node.adapter.unsubscribe(from: "room:a")
            node.adapter.unsubscribe(from: "room:a")
            try await node.subscribe(to: "room:a")
        }
    }

    func acceptsSubscriptionsBeforeRunning() async throws {
        let late = try await makeNode()
        let confirmed = late.adapter.subscribe(to: "room:early")
        try await withRunning([late]) { _ in
            try await late.waitUntilConnected()
            try await late.subscribe(to: "room:early")
            try await confirmed?.get()
            guard reachesOtherNodes else { return }
            try await withNodes(1) { others in
                try await others[0].publish("room:early", "hello")
                try await late.waitForInbox(count: 1)
            }
        }
    }

    func neverReturnsOwnBroadcasts() async throws {
        try await withNodes(1) { nodes in
            let node = nodes[0]
            try await node.subscribe(to: "room:a")
            for number in 0..<10 { try await node.publish("room:a", "mine \(number)") }
            guard reachesOtherNodes else { return }
            // What another node publishes afterwards arrives: all of the former would have come before it.
            try await withNodes(1) { others in
                try await others[0].publish("room:a", "other")
                try await node.waitForInbox(count: 1)
                try require(node.inbox.map(\.broadcast.event) == ["other"], "a node got its own broadcast")
            }
        }
    }

    func deliversToOtherNodes() async throws {
        try await withNodes(3) { nodes in
            for node in nodes { try await node.subscribe(to: "room:a") }
            let payload = Payload.json(ByteBuffer(string: #"{"body":"hi"}"#))
            try await nodes[0].publish("room:a", "new_msg", payload)
            try await nodes[0].publish("room:a", "last")
            for node in nodes[1...] {
                try await node.waitForInbox(count: 2)
                let expected = RoutedBroadcast(Broadcast(topic: "room:a", event: "new_msg", payload: payload))
                try require(node.inbox.first == expected, "a broadcast was changed: \(node.inbox)")
                try require(node.inbox.count == 2, "a broadcast was delivered twice")
            }
        }
    }

    func deliversOnlySubscribedTopics() async throws {
        try await withNodes(2) { nodes in
            try await nodes[1].subscribe(to: "room:a")
            for other in ["room:", "room:ab", "room", "room:A", "room:*", "xroom:a", "room:a "] {
                try await nodes[0].publish(other, "wrong")
            }
            try await nodes[0].publish("room:a", "right")
            try await nodes[1].waitForInbox(count: 1)
            try require(nodes[1].inbox.map(\.broadcast.event) == ["right"], "a topic leaked: \(nodes[1].inbox)")
        }
    }

    func stopsAfterUnsubscribing() async throws {
        try await withNodes(2) { nodes in
            try await nodes[1].subscribe(to: "room:a")
            try await nodes[1].subscribe(to: "room:b")
            try await nodes[0].publish("room:a", "first")
            try await nodes[1].waitForInbox(count: 1)
            nodes[1].adapter.unsubscribe(from: "room:a")
            try await settle(nodes[1])
            try await nodes[0].publish("room:a", "unwanted")
            try await nodes[0].publish("room:b", "second")
            try await nodes[1].waitForInbox(count: 2)
            try await nodes[1].subscribe(to: "room:a")
            try await nodes[0].publish("room:a", "third")
            try await nodes[1].waitForInbox(count: 3)
            let events = nodes[1].inbox.map(\.broadcast.event)
            try require(events == ["first", "second", "third"], "events after unsubscribing: \(events)")
        }
    }

    func keepsOrder() async throws {
        try await withNodes(2) { nodes in
            try await nodes[1].subscribe(to: "room:a")
            let count = 10_000
            var last: EventLoopFuture<Void>?
            for number in 0..<count {
                let broadcast = Broadcast(topic: "room:a", event: "\(number)", payload: .emptyObject)
                last = nodes[0].adapter.publish(RoutedBroadcast(broadcast))
            }
            try await last?.get()
            try await nodes[1].waitForInbox(count: count)
            let events = nodes[1].inbox.map(\.broadcast.event)
            try require(events == (0..<count).map { "\($0)" }, "the order was lost, or a broadcast doubled")
        }
    }

    func keepsBytes() async throws {
        let names = [
            "a", "room:lobby", "with space", "\"quoted\\\"", "line\nbreak\r\n", "tab\tnull\u{0}", "caf\u{E9}",
            "cafe\u{301}",
            "\u{1F680}", "{braces}*?[glob]", "$5\r\nhello", String(repeating: "x", count: 255),
        ]
        let payloads: [Payload] = [
            .emptyObject, .json(ByteBuffer(string: #"{"n":1.50,"u":"\u00e9\ud83d\ude80","a":[1,{"b":null}]}"#)),
            .json(ByteBuffer(string: "{\"text\":\"" + String(repeating: "y", count: 200_000) + "\"}")),
            .binary(ByteBuffer(bytes: Array(0...255))), .binary(ByteBuffer()),
        ]
        try await withNodes(2) { nodes in
            var expected: [RoutedBroadcast] = []
            for name in names {
                try await nodes[1].subscribe(to: name)
                for payload in payloads {
                    let broadcast = RoutedBroadcast(Broadcast(topic: name, event: name, payload: payload))
                    try await nodes[0].publish(broadcast)
                    expected.append(broadcast)
                }
            }
            try await nodes[1].waitForInbox(count: expected.count)
            // Bytes, since to Swift strings are equal that merely look the same; order counts within a topic only.
            for name in names {
                let got = nodes[1].inbox.filter { $0.broadcast.topic.utf8.elementsEqual(name.utf8) }
                let wanted = expected.filter { $0.broadcast.topic.utf8.elementsEqual(name.utf8) }
                try require(
                    got == wanted && got.allSatisfy { $0.broadcast.event.utf8.elementsEqual(name.utf8) },
                    "broadcasts of topic \(name.debugDescription) were changed or lost"
                )
            }
        }
    }

    func keepsExclusion() async throws {
        try await withNodes(2) { nodes in
            try await nodes[1].subscribe(to: "room:a")
            let broadcast = RoutedBroadcast(
                Broadcast(topic: "room:a", event: "new_msg", payload: .emptyObject),
                excluding: SubscriberID(node: nodes[0].id, number: 18_446_744_073_709_551_615)
            )
            try await nodes[0].publish(broadcast)
            try await nodes[1].waitForInbox(count: 1)
            try require(nodes[1].inbox == [broadcast], "the excluded subscriber was lost: \(nodes[1].inbox)")
        }
    }

    func survivesChangesOfMind() async throws {
        try await withNodes(2) { nodes in
            let adapter = nodes[1].adapter
            for _ in 0..<200 {
                // Futures of attempts that are given up may fail.
                _ = adapter.subscribe(to: "room:kept")
                adapter.unsubscribe(from: "room:kept")
                _ = adapter.subscribe(to: "room:dropped")
            }
            try await nodes[1].subscribe(to: "room:kept")
            adapter.unsubscribe(from: "room:dropped")
            try await settle(nodes[1])
            try await nodes[0].publish("room:dropped", "unwanted")
            try await nodes[0].publish("room:kept", "wanted")
            try await nodes[1].waitForInbox(count: 1)
            try require(nodes[1].inbox.map(\.broadcast.event) == ["wanted"], "delivered: \(nodes[1].inbox)")
        }
    }

    func publishesFromManyTasks() async throws {
        try await withNodes(2) { nodes in
            try await nodes[1].subscribe(to: "room:a")
            let (tasks, each) = (16, 250)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<tasks {
                    group.addTask {
                        for number in 0..<each { try await nodes[0].publish("room:a", "\(task) \(number)") }
                    }
                }
                try await group.waitForAll()
            }
            try await nodes[1].waitForInbox(count: tasks * each)
            let events = nodes[1].inbox.map(\.broadcast.event)
            try require(Set(events).count == tasks * each, "a broadcast was lost or doubled")
            for task in 0..<tasks {
                let own = events.filter { $0.hasPrefix("\(task) ") }
                try require(own == (0..<each).map { "\(task) \($0)" }, "the order of one task's broadcasts was lost")
            }
        }
    }

    /// Waits until what was asked for is in force: confirmations come in order, but an adapter may use several
    /// connections, so there is one topic for each that it may have.
    private func settle(_ node: ConformanceNode) async throws {
        for number in 0..<32 { try await node.subscribe(to: "settle:\(number)") }
    }

    private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        guard condition else { throw ConformanceFailure(message()) }
    }
}
