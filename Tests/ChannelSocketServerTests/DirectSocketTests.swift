import ChannelSocketClient
import ChannelSocketServer
import ChannelSocketTesting
import Logging
import NIOSSL
import PhoenixWire
import Testing

@testable import ChannelSocket

/// Whether the connections of a server are written to past NIO.
///
/// That is off without a word where something unexpected is in the pipeline, such as what the HTTP host left there.
@Suite("Direct writes to the socket", .timeLimit(.minutes(2)))
struct DirectSocketTests {
    /// Answers whether its connection is written to directly.
    private struct LookingChannel: SocketChannel {
        init(joining topic: String, payload: Payload, socket: Socket) async throws {}

        mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
            let answer: String
            switch socket.process.session.connection.directSocket {
            case .some(.some): answer = "yes"
            case .some(nil): answer = "no"
            case nil: answer = "nothing was written yet"
            }
            return .reply(.ok, try .encoding(["isDirect": answer]))
        }
    }

    private static let isLinux: Bool = {
        #if os(Linux)
        true
        #else
        false
        #endif
    }()

    @Test("are in use where nothing is between, and not under TLS", .enabled(if: isLinux), arguments: ["ws", "wss"])
    func use(scheme: String) async throws {
        let certificate = try TestCertificate()
        var configuration = ServerConfiguration()
        configuration.listen.port = 0
        if scheme == "wss" {
            configuration.tls.certificate = certificate.certificate
            configuration.tls.key = certificate.key
        }
        let server = StockServer(
            configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) {
            Route("look:*", LookingChannel.self)
        }
        try await RunningServer.with(server) { running in
            var settings = try PhoenixClientConfiguration(url: "\(scheme)://127.0.0.1:\(running.port)/socket")
            settings.tls.certificateVerification = .none
            settings.timeout = TestWebSocket.patience
            let client = PhoenixClient(settings)
            try await client.connect()
            // The reply to the join was the first write, which decides.
            let channel = try await client.join("look:a")
            let answer = try await channel.push("look")
            #expect(answer == (try Payload(json: scheme == "ws" ? #"{"isDirect":"yes"}"# : #"{"isDirect":"no"}"#)))
            await client.close()
        }
    }
}
