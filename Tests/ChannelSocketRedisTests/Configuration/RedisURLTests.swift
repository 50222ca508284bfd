import NIOCore
import Testing

@testable import ChannelSocketRedis

@Suite("Redis URLs") struct RedisURLTests {
    struct Good: Sendable, CustomTestStringConvertible {
        var url: String
        var address: RedisAddress
        var credentials: RedisCredentials?
        var database = 0
        var testDescription: String { url }
    }

    static let good: [Good] = [
        .init(url: "redis://localhost", address: .tcp(host: "localhost", port: 6379)),
        .init(url: "REDIS://127.0.0.1:7000/", address: .tcp(host: "127.0.0.1", port: 7000)),
        .init(url: "redis://h:1/15", address: .tcp(host: "h", port: 1), database: 15),
        .init(url: "redis://h?db=3", address: .tcp(host: "h", port: 6379), database: 3),
        .init(url: "redis://[::1]:6380/2", address: .tcp(host: "::1", port: 6380), database: 2),
        .init(url: "redis://[fe80::1]", address: .tcp(host: "fe80::1", port: 6379)),
        .init(url: "redis://:pw@h", address: .tcp(host: "h", port: 6379), credentials: .init(password: "pw")),
        .init(
            url: "redis://bob:p%40ss%2Fw%25rd%3a@h:1", address: .tcp(host: "h", port: 1),
            credentials: .init(username: "bob", password: "p@ss/w%rd:")),
        .init(
            url: "redis://b%c3%b6b:a:b@c@h", address: .tcp(host: "h", port: 6379),
            credentials: .init(username: "b\u{F6}b", password: "a:b@c")),
        .init(url: "unix:///run/redis.sock", address: .unixSocket(path: "/run/redis.sock")),
        .init(url: "unix:///run/a%20b@c.sock?db=4", address: .unixSocket(path: "/run/a b@c.sock"), database: 4),
        .init(
            url: "unix://:pw@/run/redis.sock", address: .unixSocket(path: "/run/redis.sock"),
            credentials: .init(password: "pw")),
    ]

    @Test("understands", arguments: good)
    func understands(_ example: Good) throws {
        let configuration = try RedisConfiguration(url: example.url)
        #expect(configuration.address == example.address)
        #expect(configuration.credentials == example.credentials)
        #expect(configuration.database == example.database)
    }

    @Test(
        "refuses with a reason that never shows the password",
        arguments: [
            ("", "redis://"), ("localhost:6379", "redis://"), ("http://h", "redis://"), ("redis://", "host"),
            ("redis://:s3cret@", "host"), ("redis://h:0", "port"), ("redis://h:65536", "port"),
            ("redis://h:s3cret", "port"),
            ("redis://h:+1", "port"), ("redis://:s3/cret@h", "host"), ("redis://:s3%zzcret@h", "password"),
            ("redis://:s3cret%ff@h", "UTF-8"), ("redis://s3cret@h", "user:password"), ("redis://h/s3cret", "database"),
            ("redis://h/1/2", "database"), ("redis://h?s3cret", "db"), ("redis://[::1", "]"), ("redis://[::1]x", "]"),
            ("rediss://:s3cret@h", "TLS"), ("unix://run/redis.sock", "absolute"), ("unix://", "absolute"),
            ("unix:///" + String(repeating: "x", count: 200), "too long"), ("redis://h h", "space"),
        ])
    func refuses(_ example: (url: String, part: String)) {
        let error = #expect(throws: RedisURLError.self) { try RedisConfiguration(url: example.url) }
        #expect(error?.description.contains(example.part) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test("never prints the password")
    func secrecy() throws {
        let configuration = try RedisConfiguration(url: "redis://bob:s3cret@h")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("s3cret"))
            #expect(text.contains("bob"))
        }
    }
}
