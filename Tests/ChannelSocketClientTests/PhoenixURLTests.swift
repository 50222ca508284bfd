import Testing

@testable import ChannelSocketClient

@Suite("The address of a socket")
struct PhoenixURLTests {
    @Test(
        "has a scheme, a host, a port and a mount",
        arguments: [
            ("ws://127.0.0.1:4000/socket", "ws://127.0.0.1:4000/socket", "/socket/websocket?vsn=2.0.0"),
            ("http://a", "ws://a/socket", "/socket/websocket?vsn=2.0.0"),
            ("wss://a/live/websocket?x=1", "wss://a/live", "/live/websocket?vsn=2.0.0&x=1"),
            ("https://a:8443/", "wss://a:8443/socket", "/socket/websocket?vsn=2.0.0"),
            ("ws://[::1]:4000/a/b/", "ws://[::1]:4000/a/b", "/a/b/websocket?vsn=2.0.0"),
        ]
    )
    func valid(text: String, description: String, target: String) throws {
        let url = try PhoenixURL(text)
        #expect(url.description == description)
        #expect(url.target(params: [:]) == target)
    }

    @Test("knows an IPv6 address without its brackets")
    func brackets() throws {
        #expect(try PhoenixURL("ws://[::1]/").host == "::1")
        #expect(try PhoenixURL("ws://[::1]/").port == 80)
    }

    @Test("encodes parameters so that the server reads them as they were")
    func params() throws {
        let target = try PhoenixURL("ws://a").target(params: ["b": "x&y=z+ü", "a b": "1"])
        #expect(target == "/socket/websocket?vsn=2.0.0&a%20b=1&b=x%26y%3Dz%2B%C3%BC")
    }

    @Test(
        "says what is wrong",
        arguments: [
            ("127.0.0.1:4000", "write it like"), ("", "write it like"), ("redis://a", "ws:// or wss://"),
            ("ws:///socket", "host"), ("ws://ann:secret@a/", "token"), ("ws://a/#b", "#"), ("ws://a:0/", "port"),
        ]
    )
    func invalid(text: String, words: String) {
        let error = #expect(throws: PhoenixClientError.self) { try PhoenixURL(text) }
        #expect(error?.code == .invalidURL)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("secret") == false)
    }
}
