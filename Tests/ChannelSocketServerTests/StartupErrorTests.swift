import Foundation
import NIOCore
import Testing

@testable import ChannelSocketServer

@Suite("Startup errors")
struct StartupErrorTests {
    @Test(
        "say what helps",
        arguments: [(EADDRINUSE, "in use"), (EACCES, "not allowed"), (EADDRNOTAVAIL, "no address"), (EMFILE, "cannot")]
    )
    func listening(errno: CInt, words: String) throws {
        let error = StartupError(IOError(errnoCode: errno, reason: "bind"), host: "127.0.0.1", port: 80)
        #expect(try #require(error).description.contains(words))
    }

    @Test("leave errors about anything else alone")
    func other() {
        #expect(StartupError(CancellationError(), host: "127.0.0.1", port: 80) == nil)
    }
}
