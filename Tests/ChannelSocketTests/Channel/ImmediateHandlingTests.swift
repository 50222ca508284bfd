import ChannelSocket
import InMemoryTracing
import NIOCore
import PhoenixWire
import Synchronization
import Testing

@Suite("Events handled without suspending", .timeLimit(.minutes(1)))
struct ImmediateHandlingTests {
    /// What the callbacks of a channel did, in order.
    private final class Journal: Sendable {
        private let entries = Mutex<[String]>([])

        var all: [String] { entries.withLock { $0 } }

        func note(_ entry: String) {
            entries.withLock { $0.append(entry) }
        }
    }

    /// Handles what it can immediately, and leaves `wait`, `later` and what ends the channel first to `handleIn`.
    private struct Quick: ChannelCallbacks {
        static var intercepts: Set<String> { ["intercepted"] }

        let journal: Journal
        let resumption: Resumption

        func handleInImmediately(_ event: String, _ payload: Payload, socket: Socket) throws -> ChannelResponse? {
            journal.note("immediately \(event)")
            switch event {
            case "echo": return .reply(.ok, payload)
            case "shout":
                try socket.broadcast("intercepted", payload)
                journal.note("shouted")
                return .reply(.ok)
            case "stop": return .stop(replying: .ok)
            case "stop and leave":
                socket.stop()
                return nil
            case "wait", "later", "stop and wait": return nil
            default: throw UnhandledEvent(event)
            }
        }

        func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
            journal.note(event)
            if event == "stop and wait" { socket.stop() }
            if event.hasSuffix("wait") { await resumption.wait() }
            return .reply(.ok, payload)
        }

        func handleOut(_ event: String, _ payload: Payload, socket: Socket) async throws {
            journal.note("out")
        }

        func terminate(_ reason: TerminateReason, socket: Socket) async {
            journal.note("terminate")
        }
    }

    /// Suspends a callback until the test lets it go on.
    private final class Resumption: Sendable {
        private let continuation = Mutex<UnsafeContinuation<Void, Never>?>(nil)

        func wait() async {
            await withUnsafeContinuation { waiting in continuation.withLock { $0 = waiting } }
        }

        func resume() {
            continuation.withLock { $0.take() }?.resume()
        }
    }

    private let journal = Journal()
    private let resumption = Resumption()

    private func node(_ pubSub: PubSub = PubSub(), limits: SocketLimits = SocketLimits()) -> EmbeddedNode {
        let (journal, resumption) = (journal, resumption)
        var configuration = Endpoint.Configuration()
        configuration.limits = limits
        return EmbeddedNode(pubSub: pubSub, configuration: configuration) {
            Route("test:*") { _, _, _ in Quick(journal: journal, resumption: resumption) }
        }
    }

    private func joined(_ node: EmbeddedNode) async throws -> EmbeddedClient {
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#)
        _ = try client.frames()
        return client
    }

    private func reply(_ ref: Int, _ response: String = "{}") -> String {
        #"["1","\#(ref)","test:a","phx_reply",{"response":\#(response),"status":"ok"}]"#
    }

    @Test("answers in the turn that read the frame, and asks handleIn nothing")
    func immediately() async throws {
        let client = try await joined(node())
        try client.send(#"["1","2","test:a","echo",{"n":1}]"#)
        #expect(try client.frames() == [reply(2, #"{"n":1}"#)])
        #expect(journal.all == ["immediately echo"])
    }

    @Test("asks once, then leaves the event to handleIn, with a tracer or without", arguments: [false, true])
    func deferred(isTraced: Bool) async throws {
        let client = try await joined(node(isTraced ? PubSub(tracer: InMemoryTracer()) : PubSub()))
        try client.send(#"["1","2","test:a","later",{}]"#, #"["1","3","test:a","wait",{}]"#)
        try client.send(#"["1","4","test:a","later",{}]"#)
        resumption.resume()
        client.run()
        #expect(try client.frames() == [reply(2), reply(3), reply(4)])
        #expect(
            journal.all == ["immediately later", "later", "immediately wait", "wait", "immediately later", "later"]
        )
    }

    @Test("keeps the order behind a callback that is suspended")
    func order() async throws {
        let client = try await joined(node())
        try client.send(#"["1","2","test:a","wait",{}]"#, #"["1","3","test:a","echo",{}]"#)
        #expect(try client.frames().isEmpty)
        resumption.resume()
        client.run()
        #expect(try client.frames() == [reply(2), reply(3)])
    }

    @Test("has what a callback brought in handled after it")
    func intercepted() async throws {
        let client = try await joined(node())
        try client.send(#"["1","2","test:a","shout",{}]"#)
        #expect(journal.all == ["immediately shout", "shouted", "out"])
        #expect(try client.frames() == [reply(2)])
    }

    @Test("ends the channel as any callback does")
    func endings() async throws {
        let node = node()
        let client = try await joined(node)
        try client.send(#"["1","2","test:a","stop",{}]"#)
        #expect(try client.frames() == [reply(2), #"["1","1","test:a","phx_close",{}]"#])
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["1","2","test:a","unknown",{}]"#)
        #expect(try client.frames().last == #"["1","1","test:a","phx_error",{"reason":"channel_crash"}]"#)
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["1","2","test:a","phx_leave",{}]"#)
        #expect(try client.frames() == [reply(1), reply(2), #"["1","1","test:a","phx_close",{}]"#])
        #expect(journal.all == ["immediately stop", "terminate", "immediately unknown", "terminate", "terminate"])
        #expect(node.pubSub.statistics.channels == 0)
    }

    @Test(
        "counts the message with which a callback ended the channel before it left it to handleIn, and holds nothing",
        arguments: [false, true])
    func endedFirst(isTraced: Bool) async throws {
        var limits = SocketLimits()
        // Less than one message.
        limits.maxMailboxBytes = 256
        let node = node(isTraced ? PubSub(tracer: InMemoryTracer()) : PubSub(), limits: limits)
        let client = try await joined(node)
        try client.send(#"["1","2","test:a","stop and leave",{}]"#)
        #expect(try client.frames() == [#"["1","1","test:a","phx_close",{}]"#])
        #expect(journal.all == ["immediately stop and leave", "terminate"])
        #expect(node.pubSub.statistics[.staleMessages] == 1)
        try client.send(#"["1","1","test:a","phx_join",{}]"#)
        #expect(try client.frames() == [reply(1)])
    }

    @Test("counts what comes for a channel that is ending")
    func ending() async throws {
        let node = node()
        let client = try await joined(node)
        try client.send(#"["1","2","test:a","stop and wait",{}]"#, #"["1","3","test:a","echo",{}]"#)
        #expect(try client.frames().isEmpty)
        #expect(node.pubSub.statistics[.staleMessages] == 1)
        resumption.resume()
        client.run()
        #expect(try client.frames() == [#"["1","1","test:a","phx_close",{}]"#])
    }
}
