import ChannelSocket
import ChannelSocketHTTP
import NIOCore
import Testing

@Suite("HTTP beside the mounts", .timeLimit(.minutes(1)))
struct ApplicationTests {
    @Test("serves the application's routes on one connection")
    func keepAlive() async throws {
        try await withServer { port, _ in
            try await RawClient.connect(port) { client in
                for _ in 0..<3 {
                    try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    #expect(try await client.receive(through: "\r\n\r\nhello").hasPrefix("HTTP/1.1 200 OK\r\n"))
                }
            }
        }
    }

    @Test("serves requests sent all at once")
    func pipelined() async throws {
        try await withServer { port, _ in
            let request = "GET /hello HTTP/1.1\r\nHost: localhost\r\n"
            let all = "\(request)\r\n\(request)\r\n\(request)Connection: close\r\n\r\n"
            let answer = try await RawClient.exchange(port, all)
            #expect(answer.ranges(of: "\r\n\r\nhello").count == 3)
        }
    }

    @Test("serves a client that has closed its side")
    func halfClosed() async throws {
        try await withServer { port, _ in
            try await RawClient.connect(port) { client in
                try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                client.closeOutput()
                #expect(try await client.receiveAll().hasSuffix("\r\n\r\nhello"))
            }
        }
    }

    @Test(
        "leaves everything but a GET for a mount's path to the router",
        arguments: [
            ("GET /ws/longpoll", "404"), ("GET /nothing", "404"), ("POST /ws", "200"), ("GET /wss", "404"),
        ])
    func router(request: String, status: String) async throws {
        try await withServer { port, _ in
            let answer = try await RawClient.exchange(
                port, "\(request) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test("refuses an upgrade that is not the first request of its connection, and closes")
    func lateUpgrade() async throws {
        let statistics = NodeStatistics()
        try await withServer(statistics: statistics) { port, _ in
            let answer = try await RawClient.connect(port) { client in
                try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                _ = try await client.receive(through: "hello")
                try await client.send(upgradeRequest())
                return try await client.receiveAll()
            }
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(answer.lowercased().contains("connection: close\r\n"))
            #expect(answer.hasSuffix("a WebSocket must be opened with the first request of a connection"))
            #expect(statistics[.malformedRequests] == 1)
        }
    }

    @Test("says that the port is in use")
    func portInUse() async throws {
        try await withServer { port, _ in
            let error = await #expect(throws: IOError.self) {
                try await withServer(port: port) { _, _ in }
            }
            #expect(error?.description.contains("Address already in use") == true)
        }
    }
}
