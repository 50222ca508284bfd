import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("Topics of the nodes")
struct ReservedTopicTests {
    @Test("can't be joined, however wide a route is", arguments: ["channelsocket.probe:a:0", "channelsocket:nodes"])
    func reserved(topic: String) async throws {
        let node = EmbeddedNode { Route("*", PlainTestChannel.self) }
        #expect(!node.endpoint.matches(topic: topic))
        #expect(node.endpoint.matches(topic: "channelsockets"))
        let client = try await node.connect()
        try client.send(#"["1","1","\#(topic)","phx_join",{}]"#)
        #expect(try client.frames().map { $0.contains("unmatched topic") } == [true])
    }
}
