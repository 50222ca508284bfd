import ChannelSocketBench
import Testing

@Suite("The URL of a node")
struct BenchURLTests {
    @Test(
        "is completed as phoenix.js completes it",
        arguments: [
            ("ws://localhost", "localhost", 80, "/socket/websocket?vsn=2.0.0"),
            ("ws://127.0.0.1:4000", "127.0.0.1", 4000, "/socket/websocket?vsn=2.0.0"),
            ("ws://127.0.0.1:4000/", "127.0.0.1", 4000, "/socket/websocket?vsn=2.0.0"),
            ("ws://a:1/live", "a", 1, "/live/websocket?vsn=2.0.0"),
            ("ws://a:1/live/", "a", 1, "/live/websocket?vsn=2.0.0"),
            ("ws://a:1/live/websocket", "a", 1, "/live/websocket?vsn=2.0.0"),
            ("ws://a:1/live?token=x", "a", 1, "/live/websocket?token=x&vsn=2.0.0"),
            ("ws://a:1/live/websocket?vsn=2.0.1", "a", 1, "/live/websocket?vsn=2.0.1"),
            ("ws://a?token=x", "a", 80, "/socket/websocket?token=x&vsn=2.0.0"),
        ]
    )
    func completion(text: String, host: String, port: Int, target: String) throws {
        let url = try #require(BenchURL(text))
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.requestTarget == target)
    }

    @Test(
        "is refused when it could not be requested",
        arguments: [
            "", "localhost:4000", "http://a", "wss://a", "ws://", "ws://:4000", "ws://a:0", "ws://a:65536", "ws://a:x",
            "ws://a/b c", "ws://a/b\r\nX: y", "ws://a/\u{E4}",
        ]
    )
    func refusal(text: String) {
        #expect(BenchURL(text) == nil)
    }
}
