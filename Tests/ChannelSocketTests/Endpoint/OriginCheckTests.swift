import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("Origin check")
struct OriginCheckTests {
    private func request(_ origins: [String], host: [String] = ["example.com:4000"]) -> UpgradeRequest {
        let headers = host.map { (name: "host", value: $0) } + origins.map { (name: "origin", value: $0) }
        return UpgradeRequest(path: "/socket/websocket", query: "", headers: headers, peer: nil)
    }

    @Test(
        "allows pages of the same host, whatever scheme and port",
        arguments: [
            ("http://example.com", "example.com", true), ("https://EXAMPLE.com:8443", "example.com:4000", true),
            ("http://localhost:5173", "localhost:4000", true), ("http://[::1]:80", "[::1]:4000", true),
            ("https://example.com.evil.test", "example.com", false), ("https://evil.test", "example.com", false),
            ("https://sub.example.com", "example.com", false), ("https://example.co", "example.com", false),
            ("null", "example.com", false),
            ("", "", false), ("https://", "", false), ("example.com", "example.com", false),
            ("https://evil.test/example.com", "example.com", false),
            ("https://example.com@evil.test", "evil.test", false),
            ("https://example.com:99999", "example.com", false), ("https://example.com/", "example.com", false),
        ])
    func sameHost(origin: String, host: String, isAllowed: Bool) {
        #expect(OriginCheck().allows(request([origin], host: [host])) == isAllowed)
    }

    @Test("allows clients that send none, and demands every one of several")
    func number() {
        #expect(OriginCheck().allows(request([])))
        #expect(!OriginCheck().allows(request(["http://example.com", "http://evil.test"])))
        #expect(!OriginCheck().allows(request(["http://example.com"], host: [])))
        #expect(!OriginCheck().allows(request(["http://example.com"], host: ["example.com", "example.com"])))
        #expect(OriginCheck.off.allows(request(["http://evil.test"])))
    }

    @Test(
        "allows what is listed, as Phoenix does",
        arguments: [
            ("https://a.test", "https://a.test", true), ("https://a.test", "https://a.test:443", true),
            ("https://a.test", "http://a.test", false), ("https://a.test", "https://a.test:8443", false),
            ("https://a.test:8443", "https://a.test:8443", true), ("//a.test", "http://a.test:81", true),
            ("//a.test:81", "http://a.test:81", true), ("//a.test:81", "http://a.test", false),
            ("//*.a.test", "https://a.test", true), ("//*.a.test", "https://b.c.a.test", true),
            ("//*.a.test", "https://ba.test", false), ("https://*.a.test", "http://b.a.test", false),
            ("//A.test", "https://a.TEST", true), ("app://local", "app://local", true),
        ])
    func listed(allowed: String, origin: String, isAllowed: Bool) throws {
        let check = OriginCheck(allowed: [try #require(AllowedOrigin(allowed))])
        #expect(check.allows(request([origin])) == isAllowed)
    }

    @Test("can leave the same host out")
    func onlyListed() throws {
        let check = OriginCheck(allowsSameHost: false, allowed: [try #require(AllowedOrigin("//a.test"))])
        #expect(!check.allows(request(["http://example.com"])))
        #expect(check.allows(request(["http://a.test"])))
    }

    @Test(
        "takes no list entry that is no origin",
        arguments: [
            "", "a.test", "https://", "https://a.test/path", "https://*", "//a.*.test", "x//a.test", "//a.test:x",
        ])
    func malformed(text: String) {
        #expect(AllowedOrigin(text) == nil)
    }

    @Test("refuses with 403 and counts, before the connect callback is asked")
    func refuses() async throws {
        let pubSub = PubSub()
        let connect: Endpoint.Connect = { _ in
            Issue.record("the callback was asked")
            return .accept()
        }
        let endpoint = Endpoint(pubSub: pubSub, connect: connect) {}
        guard case .refuse(403, "origin not allowed") = await endpoint.decide(request(["http://evil.test"])) else {
            Issue.record("not refused")
            return
        }
        #expect(pubSub.statistics[.refusedOrigins] == 1)
    }
}
