import ChannelSocket
import NIOCore
import NIOPosix
import PhoenixWire
import Testing

@Suite("Listening to a topic", .timeLimit(.minutes(1)))
struct ListeningTests {
    private let pubSub = PubSub()
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()

    @Test("takes the broadcasts of its topic in order, until it is stopped")
    func takes() async throws {
        let (broadcasts, continuation) = AsyncStream.makeStream(of: Broadcast.self)
        let listening = try await pubSub.listen(to: "news", on: eventLoop) { continuation.yield($0) }
        #expect(pubSub.topics == ["news"])
        for number in 0..<3 {
            pubSub.broadcast(Broadcast(topic: "news", event: "n\(number)", payload: .emptyObject))
            pubSub.broadcast(Broadcast(topic: "other", event: "never", payload: .emptyObject))
        }
        var events: [String] = []
        for await broadcast in broadcasts.prefix(3) { events.append(broadcast.event) }
        #expect(events == ["n0", "n1", "n2"])

        listening.stop()
        listening.stop()
        try await eventLoop.submit {}.get()
        #expect(pubSub.topics.isEmpty)
        pubSub.broadcast(Broadcast(topic: "news", event: "late", payload: .emptyObject))
        try await eventLoop.submit {}.get()
        continuation.finish()
        for await broadcast in broadcasts { Issue.record("\(broadcast.event) came after the end") }
    }

    @Test("does not stand for a topic that could not be subscribed")
    func refused() async throws {
        let pubSub = PubSub(adapter: RefusingAdapter(eventLoop: eventLoop))
        await #expect(throws: PubSubError.self) {
            try await pubSub.listen(to: "news", on: eventLoop) { _ in }
        }
        try await eventLoop.submit {}.get()
        #expect(pubSub.topics.isEmpty)
        #expect(pubSub.statistics[.failedSubscriptions] == 1)
    }
}
