import ChannelSocket
import InMemoryTracing
import PhoenixWire
import Testing
import Tracing

@Suite("Tracing", .timeLimit(.minutes(1)))
struct TracingTests {
    private let tracer: InMemoryTracer
    private let node: EmbeddedNode

    init() {
        tracer = InMemoryTracer()
        node = EmbeddedNode(pubSub: PubSub(tracer: tracer)) {
            Route("test:*", PlainTestChannel.self)
        }
    }

    private func span(_ name: String) throws -> FinishedInMemorySpan {
        try #require(tracer.finishedSpans.first { $0.operationName == "channelsocket \(name)" })
    }

    @Test("makes spans of connect, join, push and publish, with what they concern and how they are related")
    func spans() async throws {
        let client = try await node.connect()
        try client.send(#"["0","0","test:a","phx_join",{}]"#, #"["0","1","test:a","shout",{"secret":"never shown"}]"#)
        let connect = try span("connect")
        #expect(connect.parentSpanID == nil)
        #expect(connect.attributes.get("http.response.status_code") == 101)
        let join = try span("join")
        #expect(join.attributes.get("channelsocket.topic") == "test:a")
        #expect(join.attributes.get("channelsocket.result") == "ok")
        #expect(join.traceID != connect.traceID)
        let push = try span("push")
        #expect(push.attributes.get("channelsocket.event") == "shout")
        #expect(push.links.first?.context.inMemorySpanContext?.spanID == connect.spanID)
        let publish = try span("publish")
        #expect(publish.parentSpanID == push.spanID, "a broadcast belongs to the push that caused it")
        #expect(publish.traceID == push.traceID)
        #expect(tracer.activeSpans.isEmpty)
    }

    @Test("marks refusals and crashes")
    func failures() async throws {
        let client = try await node.connect()
        try client.send(#"["0","0","test:refuse","phx_join",{}]"#)
        #expect(try span("join").attributes.get("channelsocket.result") == "refused")
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["1","2","test:a","unknown",{}]"#)
        let push = try span("push")
        #expect(push.errors.count == 1)
        #expect(push.status?.code == .error)
    }

    @Test("goes on with the trace of the client's headers")
    func headers() async throws {
        _ = await node.endpoint.decide(
            UpgradeRequest(
                path: "/socket/websocket", query: "vsn=2.0.0",
                headers: [("in-memory-trace-id", "trace-of-client"), ("in-memory-span-id", "span-of-client")], peer: nil
            )
        )
        let connect = try span("connect")
        #expect(connect.traceID == "trace-of-client")
        #expect(connect.parentSpanID == "span-of-client")
    }

    @Test("marks a refused connect with its status")
    func refusedConnect() async throws {
        _ = await node.endpoint.decide(
            UpgradeRequest(path: "/socket/websocket", query: "vsn=9", headers: [], peer: nil)
        )
        #expect(try span("connect").attributes.get("http.response.status_code") == 403)
    }

    @Test("costs nothing but a look when there is no tracer")
    func withoutTracer() async throws {
        let node = EmbeddedNode { Route("test:*", PlainTestChannel.self) }
        let client = try await node.connect()
        try client.send(#"["0","0","test:a","phx_join",{}]"#)
        #expect(node.pubSub.tracer == nil)
        #expect(tracer.finishedSpans.isEmpty)
    }
}
