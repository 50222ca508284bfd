import NIOCore
import NIOEmbedded
import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocket

@Suite("How channels end", .timeLimit(.minutes(1)))
struct TerminateTests {
    /// Keeps the reasons that channels were terminated with.
    private final class Reasons: Sendable {
        private let reasons = Mutex<[String]>([])

        var all: [String] { reasons.withLock { $0 } }

        func add(_ reason: TerminateReason) {
            let name = if case .error = reason { "error" } else { "\(reason)" }
            reasons.withLock { $0.append(name) }
        }
    }

    private struct Ending: ChannelCallbacks {
        let reasons: Reasons

        mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
            switch event {
            case "stop": return .stop
            case "stop_later":
                socket.stop()
                return .reply(.ok)
            default: throw UnhandledEvent(event)
            }
        }

        mutating func terminate(_ reason: TerminateReason, socket: Socket) async {
            reasons.add(reason)
        }
    }

    private let reasons = Reasons()
    private let node: EmbeddedNode

    init() {
        let reasons = reasons
        let connect: Endpoint.Connect = { _ in .accept(id: "user:1") }
        node = EmbeddedNode(connect: connect) {
            Route("test:*") { _, _, _ in Ending(reasons: reasons) }
        }
    }

    private func joined() async throws -> EmbeddedClient {
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#)
        _ = try client.frames()
        return client
    }

    @Test(
        "tells terminate why, once, and the client what Phoenix tells it",
        arguments: [
            (#"["1","2","test:a","phx_leave",{}]"#, "left", 2), (#"["1","2","test:a","stop",{}]"#, "stopped", 1),
            (#"["1","2","test:a","stop_later",{}]"#, "stopped", 1), (#"["1","2","test:a","x",{}]"#, "error", 1),
            (#"["2","2","test:a","phx_join",{}]"#, "kicked", 2),
        ]
    )
    func reasons(message: String, reason: String, frames: Int) async throws {
        let client = try await joined()
        try client.send(message)
        #expect(reasons.all == [reason])
        #expect(try client.frames().count == frames)
    }

    @Test("tells terminate that the connection is closed, and sends nothing")
    func closed() async throws {
        let client = try await joined()
        try await client.channel.close()
        node.run()
        #expect(reasons.all == ["closed"])
    }

    @Test("tells terminate that the node is shutting down when the connection is closed for that")
    func drained() async throws {
        let client = try await joined()
        client.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        node.loop.advanceTime(by: .seconds(30))
        #expect(try client.frames().map { String($0.prefix(6)) } == ["8 03f4"])
        node.loop.advanceTime(by: .seconds(5))
        #expect(reasons.all == ["shutdown"])
    }

    @Test("closes with 1001 on a broadcast of disconnect to the socket id, and tells terminate")
    func disconnected() async throws {
        let client = try await joined()
        node.endpoint.disconnect(id: "user:2")
        node.run()
        #expect(try client.frames().isEmpty)
        node.endpoint.disconnect(id: "user:1")
        node.run()
        #expect(try client.frames().map { String($0.prefix(6)) } == ["8 03e9"])
        node.loop.advanceTime(by: .seconds(3))
        #expect(reasons.all == ["kicked"])
        #expect(node.pubSub.topics.isEmpty)
    }
}
