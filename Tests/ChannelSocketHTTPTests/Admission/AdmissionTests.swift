import ChannelSocket
import Foundation
import Hummingbird
import NIOCore
import NIOEmbedded
import Testing

@testable import ChannelSocketHTTP

@Suite("Admission", .timeLimit(.minutes(2)))
struct AdmissionTests {
    private static func configuration(_ change: (inout ConnectionLimits) -> Void) -> MountedHTTPChannel.Configuration {
        var limits = ConnectionLimits()
        limits.addressesWithoutLimit = []
        change(&limits)
        return MountedHTTPChannel.Configuration(connections: limits)
    }

    /// Asks for a WebSocket until the answer begins with a status, which it does when a closed connection is forgotten.
    private static func waitForAnswer(_ port: Int, _ status: String, _ changes: [String: String?] = [:]) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let head = try await RawClient.connect(port) { client in
                try await client.send(upgradeRequest(changes))
                return try await client.receive(through: "\r\n\r\n")
            }
            if head.hasPrefix("HTTP/1.1 \(status) ") { return }
            try #require(ContinuousClock.now < deadline)
        }
    }

    @Test("answers 503 to one WebSocket too many, serves HTTP meanwhile, and takes the next when one has gone")
    func webSockets() async throws {
        let statistics = NodeStatistics()
        let configuration = Self.configuration { $0.maxWebSockets = 1 }
        try await withServer(configuration: configuration, statistics: statistics) { port, _ in
            try await RawClient.connect(port) { client in
                try await client.upgrade()
                let answer = try await RawClient.exchange(port, upgradeRequest())
                #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
                #expect(answer.contains("\r\nretry-after: 5\r\n"))
                #expect(answer.hasSuffix("\r\n\r\ntoo many connections"))
                let page = try await RawClient.exchange(
                    port, "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                )
                #expect(page.hasPrefix("HTTP/1.1 200 "))
                try await client.send("still here")
                _ = try await client.receive(through: "still here")
            }
            #expect(statistics[.connectionsOverLimit] == 1)
            try await Self.waitForAnswer(port, "101")
        }
    }

    @Test("has limits that fit the number of open files")
    func openFiles() {
        let fitting = ConnectionLimits().fitting(openFiles: 1_024, eventLoops: 4)
        #expect(fitting.maxRefused == 55)
        #expect(fitting.maxOthers == 165)
        #expect(fitting.maxWebSockets == 664)
        // What all of them may take, event loops and what is left for others.
        let used = fitting.maxRefused + fitting.maxOthers + fitting.maxWebSockets + 4 * 3 + 128
        #expect(used == 1_024)
        let many = ConnectionLimits().fitting(openFiles: 1 << 20)
        #expect(many.maxRefused == ConnectionLimits().maxRefused)
        #expect(many.maxOthers == ConnectionLimits().maxOthers)
        #expect(many.maxWebSockets == ConnectionLimits().maxWebSockets)
        #expect(ConnectionLimits().fitting(openFiles: 0).maxWebSockets == 1)
    }

    @Test("lets a herd have the places of WebSockets that are not there yet")
    func borrowing() async throws {
        let statistics = NodeStatistics()
        let limits = ConnectionLimits().fitting(openFiles: 40, eventLoops: 0, otherFiles: 0)
        #expect(limits.maxOthers == 7)
        let admission = Admission(limits: limits, statistics: statistics)
        let tickets = (0..<38).compactMap { _ in admission.admit(EmbeddedChannel(), nil).ticket }
        #expect(tickets.count == 38)
        #expect(statistics[.displacedHandshakes] == 0)
        for ticket in tickets.prefix(31) { #expect(admission.becomeWebSocket(ticket, client: nil) == nil) }
        // Now all places are taken: one more has another one make room.
        _ = admission.admit(EmbeddedChannel(), nil)
        #expect(statistics[.displacedHandshakes] == 1)
    }

    @Test("answers 503 at once to connections beyond those that are being served without a WebSocket")
    func others() async throws {
        let statistics = NodeStatistics()
        let gate = Gate()
        let configuration = Self.configuration { $0.maxOthers = 1 }
        try await withServer(
            configuration: configuration, statistics: statistics,
            addRoutes: { router in
                router.get("/slow") { _, _ in
                    await gate.wait()
                    return "slow"
                }
            },
            { port, _ in
                try await RawClient.connect(port) { client in
                    try await client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    await gate.waitForVisitor()
                    let answer = try await RawClient.exchange(port, "")
                    #expect(answer.hasPrefix("HTTP/1.1 503 "))
                    #expect(answer.hasSuffix("\r\n\r\ntoo many connections"))
                    #expect(statistics[.connectionsOverLimit] == 1)
                    gate.open()
                    _ = try await client.receive(through: "slow")
                }
                try await Self.waitForAnswer(port, "101")
            }
        )
    }

    @Test("has the connection make room that has been between two requests for longest")
    func betweenRequests() async throws {
        let statistics = NodeStatistics()
        let hello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
        let configuration = Self.configuration { $0.maxOthers = 2 }
        try await withServer(configuration: configuration, statistics: statistics) { port, _ in
            try await RawClient.connect(port) { first in
                try await first.send(hello)
                _ = try await first.receive(through: "hello")
                try await RawClient.connect(port) { second in
                    try await second.send(hello)
                    _ = try await second.receive(through: "hello")
                    try await RawClient.connect(port) { third in
                        try await third.send(hello)
                        _ = try await third.receive(through: "hello")
                    }
                    try await second.send(hello)
                    _ = try await second.receive(through: "hello")
                }
                #expect(try await first.receiveAll() == "")
            }
            #expect(statistics[.displacedConnections] == 1)
            #expect(statistics[.connectionsOverLimit] == 0)
        }
    }

    @Test("has connections make room that have said nothing for longest")
    func silent() async throws {
        let statistics = NodeStatistics()
        let configuration = Self.configuration { $0.maxOthers = 2 }
        try await withServer(configuration: configuration, statistics: statistics) { port, _ in
            try await RawClient.connect(port) { _ in
                try await RawClient.connect(port) { _ in
                    try await RawClient.connect(port) { _ in
                        // Which of the three came first depends on their event loops.
                        let deadline = ContinuousClock.now + .seconds(30)
                        while statistics[.displacedHandshakes] < 1 {
                            try #require(ContinuousClock.now < deadline)
                            await Task.yield()
                        }
                        try await RawClient.connect(port) { fourth in try await fourth.upgrade() }
                    }
                }
            }
            #expect(statistics[.displacedHandshakes] == 2)
            #expect(statistics[.connectionsOverLimit] == 0)
        }
    }

    @Test("has a connection make room at once, although TLS would wait for its client")
    func displacedBelowTLS() async throws {
        let statistics = NodeStatistics()
        var configuration = Self.configuration { $0.maxOthers = 1 }
        configuration.encryption = { try $0.pipeline.syncOperations.addHandler(PatientClose()) }
        try await withServer(configuration: configuration, statistics: statistics) { port, _ in
            try await RawClient.connect(port) { first in
                // Served once, it is known to be the older one, whichever event loop comes first.
                try await first.get(1)
                let gate = Gate()
                async let second: Void = RawClient.connect(port) { second in
                    try await second.get(1)
                    await gate.wait()
                }
                #expect(try await first.receiveAll() == "")
                gate.open()
                try await second
            }
            #expect(statistics[.displacedConnections] == 1)
        }
    }

    @Test("answers 429 to one connection too many of an address, and serves other addresses")
    func addresses() async throws {
        let statistics = NodeStatistics()
        let configuration = Self.configuration { $0.maxPerAddress = 2 }
        try await withServer(configuration: configuration, statistics: statistics) { port, _ in
            try await RawClient.connect(port) { first in
                try await first.upgrade()
                try await RawClient.connect(port) { second in
                    try await second.upgrade()
                    let answer = try await RawClient.exchange(port, "")
                    #expect(answer.hasPrefix("HTTP/1.1 429 Too Many Requests\r\n"))
                    #expect(answer.contains("\r\nretry-after: 5\r\n"))
                    #expect(answer.hasSuffix("\r\n\r\ntoo many connections from this address"))
                    try await RawClient.connect(port, from: "127.0.0.2") { other in try await other.upgrade() }
                }
            }
            #expect(statistics[.connectionsOverAddressLimit] == 1)
            try await Self.waitForAnswer(port, "101")
        }
    }

    @Test("does not limit addresses of private networks unless told so")
    func unlimited() async throws {
        let configuration = Self.configuration {
            $0.addressesWithoutLimit = ConnectionLimits().addressesWithoutLimit
            $0.maxPerAddress = 1
        }
        try await withServer(configuration: configuration) { port, _ in
            try await RawClient.connect(port) { first in
                try await first.upgrade()
                try await RawClient.connect(port) { second in try await second.upgrade() }
            }
        }
    }

    @Test("counts the clients of a trusted proxy by the address the proxy gives, whatever they claim")
    func proxied() async throws {
        let configuration = Self.configuration {
            $0.maxPerAddress = 1
            $0.trustedProxies = TrustedProxies(networks: ["127.0.0.1"].compactMap(AddressRange.init))
        }
        try await withServer(configuration: configuration) { port, _ in
            try await RawClient.connect(port) { first in
                try await first.upgrade(["X-Forwarded-For": "203.0.113.1"])
                for claim in ["203.0.113.1", "198.51.100.7, 203.0.113.1"] {
                    let answer = try await RawClient.exchange(port, upgradeRequest(["X-Forwarded-For": claim]))
                    #expect(answer.hasPrefix("HTTP/1.1 429 "))
                }
                try await RawClient.connect(port) { second in
                    try await second.upgrade(["X-Forwarded-For": "203.0.113.2"])
                }
            }
            try await Self.waitForAnswer(port, "101", ["X-Forwarded-For": "203.0.113.1"])
        }
    }

    @Test("counts the clients of a proxy on a unix socket")
    func unixSocket() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).sock").path
        let address = try SocketAddress(unixDomainSocketPath: path)
        let configuration = Self.configuration {
            $0.maxPerAddress = 1
            $0.trustedProxies = TrustedProxies(networks: [])
        }
        try await withServer(configuration: configuration, unixSocket: path) { _, _ in
            try await RawClient.connect(to: address) { first in
                try await first.upgrade(["X-Forwarded-For": "203.0.113.1"])
                try await RawClient.connect(to: address) { second in
                    try await second.send(upgradeRequest(["X-Forwarded-For": "203.0.113.1"]))
                    #expect(try await second.receiveAll().hasPrefix("HTTP/1.1 429 "))
                }
                try await RawClient.connect(to: address) { third in
                    try await third.upgrade(["X-Forwarded-For": "203.0.113.2"])
                }
                try await RawClient.connect(to: address) { unnamed in try await unnamed.upgrade() }
            }
        }
    }

    @Test("tells the mount the client of a trusted proxy, and of any other peer only the peer")
    func clientAddress() async throws {
        let (addresses, continuation) = AsyncStream.makeStream(of: String?.self)
        let mount = TestMount { request in
            continuation.yield(request.peer?.ipAddress)
            return .refuse(status: 403, body: "")
        }
        let configuration = Self.configuration {
            $0.trustedProxies = TrustedProxies(networks: ["127.0.0.1"].compactMap(AddressRange.init))
        }
        try await withServer(mounts: [mount], configuration: configuration) { port, _ in
            let request = upgradeRequest(["X-Forwarded-For": "198.51.100.7, 203.0.113.1"])
            _ = try await RawClient.exchange(port, request)
            _ = try await RawClient.exchange(port, from: "127.0.0.2", request)
        }
        continuation.finish()
        var seen: [String?] = []
        for await address in addresses { seen.append(address) }
        #expect(seen == ["203.0.113.1", "127.0.0.2"])
    }
}
