import ChannelSocketTesting
import Testing

@testable import ChannelSocketServer

@Suite("channelsocket token", .timeLimit(.minutes(2)))
struct TokenCommandTests {
    private static let secret = ["CHANNELSOCKET_TOKEN_SECRET": TokenFixtures.secret]

    @Test("makes a token that a server with the secret takes")
    func create() async throws {
        let create = try ServerProcess.start(
            "token", "create", "--sub", "ann", "--claims", #"{"rooms":["lobby"]}"#, "--expires-in", "60",
            environment: Self.secret
        )
        #expect(try await create.waitForExit() == .exited(0))
        let claims = try await TestTokens.verifier().verify(create.output)
        #expect(claims.subject == "ann")
        #expect(claims.value(at: "rooms") == .array([.string("lobby")]))
        #expect(claims.expiry != nil)

        let inspect = try ServerProcess.start("token", "inspect", create.output, environment: Self.secret)
        #expect(try await inspect.waitForExit() == .exited(0))
        #expect(inspect.output.contains(#""sub" : "ann""#))
        #expect(inspect.lines.last == "verdict: good")
    }

    @Test("says why a server would refuse a token, or that it can't tell")
    func inspect() async throws {
        let expired = try await TestTokens.make(claims: #"{"sub":"ann","exp":1000}"#)
        let inspect = try ServerProcess.start("token", "inspect", expired, environment: Self.secret)
        #expect(try await inspect.waitForExit() == .exited(1))
        #expect(inspect.output.contains("expires: 1970-01-01T00:16:40Z, "))
        #expect(inspect.lines.last == "verdict: refused, token expired")
        let unchecked = try ServerProcess.start(
            "token", "inspect", expired, environment: ["CHANNELSOCKET_TOKEN_SECRET": ""]
        )
        #expect(try await unchecked.waitForExit() == .exited(0))
        #expect(unchecked.lines.last == "verdict: not checked, no key given")
    }

    @Test(
        "says what is wrong with its arguments",
        arguments: [
            (["create"], "a key is needed", 64), (["create", "--pem", "x", "--algorithm", "RS1"], "not supported", 64),
            (["create", "--pem", "/nowhere", "--algorithm", "RS256"], "can't read the key file /nowhere", 1),
            (["create", "--pem", "x"], "--pem needs the --algorithm of its key, such as ES256", 64),
            (["inspect", "x"], "this is no token", 1),
        ])
    func mistakes(arguments: [String], words: String, code: Int32) async throws {
        let process = try ChildProcess(
            product: "channelsocket", arguments: ["token"] + arguments, environment: ["CHANNELSOCKET_TOKEN_SECRET": ""]
        )
        #expect(try await process.waitForExit() == .exited(code))
        #expect(process.output.contains(words))
    }
}
