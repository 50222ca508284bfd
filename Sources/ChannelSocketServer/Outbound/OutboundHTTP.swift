internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import ServiceLifecycle

/// The requests that the node itself makes: to issuers of tokens and to webhooks.
///
/// Redirects are not followed: they would carry claims and payloads to where nobody configured them to go.
final class OutboundHTTP: Service {
    /// An answer.
    struct Answer: Sendable {
        /// The HTTP status.
        var status: Int
        /// The body.
        var body: ByteBuffer
    }

    private let client: HTTPClient

    /// Creates a client on the event loops of the server.
    ///
    /// - Parameters:
    ///   - eventLoopGroup: the event loops.
    ///   - connectionsPerHost: how many connections to one host are kept and used at the same time.
    init(eventLoopGroup: any EventLoopGroup, connectionsPerHost: Int = 64) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connectionsPerHost
        client = HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
    }

    /// Waits for the end, then lets the connections go.
    func run() async throws {
        try? await gracefulShutdown()
        try await shutDown()
    }

    /// Lets the connections go, for a client that is not run.
    func shutDown() async throws {
        try await client.shutdown()
    }

    /// Gets a document.
    ///
    /// - Parameters:
    ///   - url: the URL.
    ///   - timeout: how long it may take, until the last byte of the answer.
    ///   - maxBytes: how large it may be.
    /// - Returns: the body of an answer of status 200.
    /// - Throws: ``OutboundHTTPError`` for another status, and what the connection fails with.
    func get(_ url: String, timeout: TimeAmount, maxBytes: Int) async throws -> ByteBuffer {
        let answer = try await send(HTTPClientRequest(url: url), timeout: timeout, maxBytes: maxBytes)
        guard answer.status == 200 else { throw OutboundHTTPError("status \(answer.status) instead of 200") }
        return answer.body
    }

    /// Posts JSON.
    ///
    /// - Parameters:
    ///   - body: the JSON.
    ///   - url: the URL.
    ///   - headers: more header fields.
    ///   - timeout: how long it may take, until the last byte of the answer.
    ///   - maxBytes: how large the answer may be.
    /// - Returns: the answer, whatever its status is.
    /// - Throws: what the connection fails with.
    func post(
        _ body: ByteBuffer, to url: String, headers: [(name: String, value: String)], timeout: TimeAmount, maxBytes: Int
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(contentsOf: headers.map { ($0.name, $0.value) })
        request.body = .bytes(body)
        return try await send(request, timeout: timeout, maxBytes: maxBytes)
    }

    private func send(_ request: HTTPClientRequest, timeout: TimeAmount, maxBytes: Int) async throws -> Answer {
        var request = request
        request.headers.replaceOrAdd(name: "user-agent", value: "channelsocket/\(StockServer.version)")
        let (status, body) = try await client.wholeAnswer(to: request, within: timeout, maxBytes: maxBytes)
        return Answer(status: Int(status.code), body: body)
    }
}
