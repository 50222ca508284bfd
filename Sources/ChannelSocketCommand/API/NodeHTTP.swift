internal import AsyncHTTPClient
internal import ChannelSocketClient
internal import ChannelSocketServer
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// Asks a node something over HTTP.
struct NodeHTTP: Sendable {
    private static let maxBodyBytes = 64 << 20
    private static let unspeakable = "what answers there is no HTTP server, or it closed the connection"

    /// What the node answered.
    struct Answer: Sendable {
        /// The status.
        var status: HTTPResponseStatus
        /// The body.
        var body: ByteBuffer
    }

    /// What to demand of the node's certificate.
    let tls: TLSConfiguration

    /// Asks once.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - node: the node, for the error.
    ///   - timeout: how long connecting and answering may take.
    /// - Returns: the answer, whatever its status.
    /// - Throws: ``CommandFailure`` when there is none.
    func send(_ request: HTTPClientRequest, to node: URLComponents, timeout: TimeAmount) async throws -> Answer {
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        // Else a port at which nobody listens is tried until the time is over.
        configuration.connectionPool.retryConnectionEstablishment = false
        do {
            return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
                let (status, body) = try await client.wholeAnswer(
                    to: request, within: timeout, maxBytes: Self.maxBodyBytes
                )
                return Answer(status: status, body: body)
            }
        } catch {
            throw CommandFailure("cannot reach the node at \(node.string ?? ""): \(Self.words(for: error, timeout))")
        }
    }

    private static func words(for error: any Error, _ timeout: TimeAmount) -> String {
        let timeouts: [HTTPClientError] = [.connectTimeout, .deadlineExceeded, .readTimeout, .tlsHandshakeTimeout]
        switch error {
        case let error as HTTPClientError where timeouts.contains(error):
            return "no answer within \(timeout.nanoseconds / 1_000_000_000) s"
        case let error as HTTPClientError where error == .remoteConnectionClosed: return unspeakable
        case is HTTPParserError: return unspeakable
        default: return "\(ConnectionFailure(error))"
        }
    }
}
