import Foundation
import Synchronization
import Testing

@testable import ChannelSocketServer

@Suite("Keys of a URL", .timeLimit(.minutes(1)))
struct RemoteKeySetTests {
    /// An issuer and a clock.
    private final class Issuer: Sendable {
        struct State {
            var fetches = 0
            var document: String? = TokenFixtures.jwks
            var now = ContinuousClock.now
            var stall: AsyncStream<Void>?
        }
        let state = Mutex(State())

        var fetches: Int { state.withLock { $0.fetches } }

        func pass(_ seconds: Int) {
            state.withLock { $0.now += .seconds(seconds) }
        }

        func publish(_ document: String?) {
            state.withLock { $0.document = document }
        }

        var isStalled: Bool { state.withLock { $0.stall != nil } }

        /// Gives no answer before a stream ends.
        func stall(_ stall: AsyncStream<Void>) {
            state.withLock { $0.stall = stall }
        }

        func keySet() -> RemoteKeySet {
            RemoteKeySet(
                algorithm: nil, configuration: KeyFetchConfiguration(), logger: TestTokens.logger,
                now: { self.state.withLock { $0.now } },
                fetch: {
                    let document = self.state.withLock { state in
                        state.fetches += 1
                        return state.document
                    }
                    if let stall = self.state.withLock({ $0.stall }) {
                        for await _ in stall {}
                        self.state.withLock { $0.stall = nil }
                    }
                    guard let document else { throw CancellationError() }
                    return Data(document.utf8)
                }
            )
        }
    }

    private let issuer = Issuer()

    @Test("are fetched once for many tokens, and again when they are old")
    func caching() async throws {
        let set = issuer.keySet()
        for _ in 1...10 { #expect(try await set.keys(knowing: "rsa-1").count == 5) }
        #expect(issuer.fetches == 1)
        issuer.pass(600)
        _ = try await set.keys(knowing: nil)
        #expect(issuer.fetches == 2)
    }

    @Test("never have shared secrets among them")
    func secrets() async throws {
        let keys = try await issuer.keySet().keys(knowing: nil)
        #expect(!keys.contains { $0.algorithm.minimumSecretBytes != nil })
    }

    @Test("are fetched again for a key that is not known, but not more often than allowed")
    func unknownKey() async throws {
        let set = issuer.keySet()
        for _ in 1...10 { _ = try await set.keys(knowing: "made up") }
        #expect(issuer.fetches == 1)
        issuer.pass(10)
        for _ in 1...10 { _ = try await set.keys(knowing: "made up") }
        #expect(issuer.fetches == 2)
        issuer.publish(TokenFixtures.jwks.replacingOccurrences(of: "rsa-1", with: "rsa-2"))
        issuer.pass(10)
        #expect(try await set.keys(knowing: "rsa-2").contains { $0.id == "rsa-2" })
        #expect(issuer.fetches == 3)
    }

    @Test("outlive an issuer that is away, but not for ever", arguments: [nil, "{}", #"{"keys":[]}"#, "<html>"])
    func outage(answer: String?) async throws {
        let set = issuer.keySet()
        _ = try await set.keys(knowing: nil)
        issuer.publish(answer)
        issuer.pass(86_400)
        #expect(try await set.keys(knowing: nil).count == 5)
        #expect(issuer.fetches == 2)
        issuer.pass(601)
        await #expect(throws: TokenError(.keysUnavailable, "the keys for tokens can't be fetched")) {
            _ = try await set.keys(knowing: nil)
        }
        issuer.publish(TokenFixtures.jwks)
        issuer.pass(10)
        #expect(try await set.keys(knowing: nil).count == 5)
    }

    @Test("serve tokens whose key is known while the issuer takes its time with new ones")
    func stuck() async throws {
        let set = issuer.keySet()
        _ = try await set.keys(knowing: "rsa-1")
        issuer.pass(600)
        let (answers, answer) = AsyncStream.makeStream(of: Void.self)
        issuer.stall(answers)
        async let first = set.keys(knowing: "rsa-1")
        while issuer.fetches < 2 { await Task.yield() }
        let (served, serve) = AsyncStream.makeStream(of: Int.self)
        let later = Task {
            defer { serve.finish() }
            serve.yield(try await set.keys(knowing: "rsa-1").count)
        }
        // Lets the fetch end after a while, so that a failure of the test does not hang it.
        let release = Task {
            try await Task.sleep(for: .seconds(10))
            answer.finish()
        }
        var counts = served.makeAsyncIterator()
        #expect(await counts.next() == 5)
        #expect(issuer.isStalled, "the old keys are there before the new ones")
        release.cancel()
        answer.finish()
        try await later.value
        #expect(try await first.count == 5)
    }

    @Test("are fetched once for all that ask at the same time")
    func together() async throws {
        let set = issuer.keySet()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 1...50 { group.addTask { try await set.keys(knowing: nil).count } }
            for try await count in group { #expect(count == 5) }
        }
        #expect(issuer.fetches == 1)
    }
}
