import AsyncHTTPClient
import ChannelSocket
import ChannelSocketServer
import ChannelSocketTesting
import Logging
import NIOCore
import NIOHTTP1

/// A stock server inside the test's process.
struct RunningServer: Sendable {
    /// Where it listens.
    let port: Int

    /// Runs a server as long as the body does.
    static func with(
        change: (inout ServerConfiguration) -> Void = { _ in }, _ body: @Sendable (RunningServer) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration()
        configuration.listen.port = 0
        change(&configuration)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try await with(StockServer(configuration: configuration, logger: logger), body)
    }

    /// Runs a server, which listens on a port of the system's choice, as long as the body does.
    static func with(
        _ server: StockServer, alongside work: (@Sendable (Endpoint) async throws -> Void)? = nil,
        _ body: @Sendable (RunningServer) async throws -> Void
    ) async throws {
        let (urls, urlsIn) = AsyncStream.makeStream(of: String.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { urlsIn.finish() }
                try await server.run(onListening: { urlsIn.yield($0) }, alongside: work)
            }
            defer { group.cancelAll() }
            guard let url = await urls.first(where: { _ in true }),
                let port = url.split(separator: ":").last.flatMap({ Int($0) })
            else {
                try await group.next()
                throw TestingError(.unexpected, "the server ended before it listened")
            }
            try await body(RunningServer(port: port))
        }
    }

    /// An answer of the server.
    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let text: String

        var json: JSONValue { get throws { try JSONValue(parsing: text) } }
    }

    /// Sends a request.
    func request(
        _ method: HTTPMethod, _ path: String, key: String? = nil, headers: [(String, String)] = [], body: String? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = method
        if let key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let text = try await String(buffer: response.body.collect(upTo: 8 << 20))
        return Answer(status: Int(response.status.code), headers: response.headers, text: text)
    }

    /// Waits until the node has joined the others.
    func waitForHealth() async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await request(.GET, "/health").json["status"] != "ok" {
            guard ContinuousClock.now < deadline else { throw TestingError(.timeout, "waited for health") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
