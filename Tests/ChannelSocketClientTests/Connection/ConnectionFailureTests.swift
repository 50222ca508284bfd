import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import ChannelSocketClient

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("The words for a failed connection")
struct ConnectionFailureTests {
    @Test(
        "are few, and not those of the library",
        arguments: [
            (IOError(errnoCode: ECONNREFUSED, reason: "connect"), "Connection refused"),
            (ChannelError.connectTimeout(.seconds(2)), "no answer within 2000 ms"),
            (NIOSSLExtraError.failedToValidateHostname, "its certificate is for another name"),
        ] as [(any Error, String)]
    )
    func words(error: any Error, words: String) {
        #expect("\(ConnectionFailure(error))" == words)
    }

    @Test("are those of the last of the addresses of a name")
    func names() async throws {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        let error = await #expect(throws: NIOConnectionError.self) {
            _ = try await bootstrap.connect(host: "localhost", port: 1).get()
        }
        #expect(try "\(ConnectionFailure(#require(error)))" == "Connection refused")
    }
}
