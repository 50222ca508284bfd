import AsyncHTTPClient
import ChannelSocketTesting
import NIOCore
import NIOPosix
import Testing

@testable import ChannelSocketServer

/// Requests to servers that begin an answer and don't end it.
@Suite("Requests that the node itself makes", .timeLimit(.minutes(1)))
struct OutboundHTTPTests {
    @Test("have one time for the head of the answer and its body")
    func deadline() async throws {
        try await EndlessAnswer.with { port in
            let outbound = OutboundHTTP(eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
            let url = "http://127.0.0.1:\(port)/"
            await #expect(throws: HTTPClientError.deadlineExceeded) {
                _ = try await outbound.get(url, timeout: .milliseconds(300), maxBytes: 1_000)
            }
            await #expect(throws: HTTPClientError.deadlineExceeded) {
                _ = try await outbound.post(
                    ByteBuffer(string: "{}"), to: url, headers: [], timeout: .milliseconds(300), maxBytes: 1_000
                )
            }
            try await outbound.shutDown()
        }
    }

    @Test("of channelsocket health end too, as the health check of a container must")
    func health() async throws {
        try await EndlessAnswer.with { port in
            let probe = try ServerProcess.start("health", "--port", "\(port)")
            #expect(try await probe.waitForExit(within: .seconds(15)) == .exited(1))
            #expect(probe.output == "Error: cannot reach the node at http://127.0.0.1:\(port): no answer within 2 s")
        }
    }
}
