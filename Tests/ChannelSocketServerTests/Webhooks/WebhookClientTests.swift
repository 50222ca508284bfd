import Logging
import NIOCore
import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocketServer

@Suite("Asking a backend", .timeLimit(.minutes(1)))
struct WebhookClientTests {
    /// A backend that gives prepared answers and keeps the requests.
    private final class Backend: Sendable {
        struct Request: Sendable {
            var body: String
            var headers: [String: String]
        }

        struct Refused: Error {}

        private let answers: Mutex<[(status: Int, body: String)?]>
        private let seen = Mutex<[Request]>([])

        init(_ answers: [(status: Int, body: String)?]) {
            self.answers = Mutex(answers)
        }

        var requests: [Request] { seen.withLock { $0 } }

        func client(change: (inout WebhookConfiguration) -> Void = { _ in }) -> WebhookClient {
            var configuration = WebhookConfiguration(url: "http://backend")
            configuration.timeoutMilliseconds = 20_000
            change(&configuration)
            return WebhookClient(configuration, logger: TestTokens.logger) { body, headers, _ in
                let headers = Dictionary(uniqueKeysWithValues: headers.map { ($0.name, $0.value) })
                self.seen.withLock { $0.append(Request(body: String(buffer: body), headers: headers)) }
                let answer = self.answers.withLock { $0.isEmpty ? (200, "{}") : $0.removeFirst() }
                guard let answer else { throw Refused() }
                return OutboundHTTP.Answer(status: answer.status, body: ByteBuffer(string: answer.body))
            }
        }
    }

    private func failure(_ client: WebhookClient, _ event: WebhookEvent) async -> WebhookError.Code? {
        do {
            _ = try await client.ask(event, .emptyObject)
            return nil
        } catch {
            return (error as? WebhookError)?.code
        }
    }

    @Test("signs what it posts with the time, and names the event")
    func signature() async throws {
        let backend = Backend([])
        let client = backend.client { $0.secret = "secret" }
        _ = try await client.ask(.join, Payload(json: #"{"a":1}"#))
        let request = try #require(backend.requests.first)
        #expect(request.headers["channelsocket-event"] == "join")
        let signature = try #require(request.headers["channelsocket-signature"])
        let time = try #require(Int(signature.dropFirst(2).prefix { $0 != "," }))
        #expect(signature == WebhookSignature(of: ByteBuffer(string: #"{"a":1}"#), secret: "secret", time: time).value)
    }

    @Test("makes the signatures that openssl makes")
    func signatureOfOthers() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
        let signature = WebhookSignature(of: ByteBuffer(string: #"{"a":1}"#), secret: "secret", time: 1_700_000_000)
        #expect(signature.value == "t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686")
    }

    @Test(
        "repeats what may be repeated, the same request, and no more often than it may",
        arguments: [(WebhookEvent.connect, 3), (.join, 3), (.leave, 3), (.push, 1)])
    func retries(event: WebhookEvent, attempts: Int) async throws {
        let backend = Backend([nil, (503, ""), (500, "")])
        let client = backend.client()
        #expect(await failure(client, event) == (attempts == 3 ? .status : .unreachable))
        #expect(backend.requests.count == attempts)
        #expect(Set(backend.requests.map(\.body)).count == 1)
        #expect(client.statistics.retries == attempts - 1)
        #expect(client.statistics.outcomes.values.reduce(0, +) == 1)
    }

    @Test("gets the answer of a repetition")
    func recovered() async throws {
        let client = Backend([nil, (200, #"{"allow":false}"#)]).client()
        #expect(try await client.ask(.join, .emptyObject).text == #"{"allow":false}"#)
        #expect(client.statistics.outcomes == [.init(event: .join, result: "ok"): 1])
    }

    @Test(
        "takes nothing but JSON objects and empty bodies",
        arguments: [
            ((200, ""), nil), ((204, ""), nil), ((200, "[]"), .malformed), ((200, "<html>"), .malformed),
            ((302, ""), .status), ((404, "{}"), .status),
        ] as [((Int, String), WebhookError.Code?)])
    func answers(answer: (Int, String), code: WebhookError.Code?) async throws {
        let client = Backend([answer]).client { $0.retries = 0 }
        #expect(await failure(client, .join) == code)
    }

    @Test("gives up when the time is over")
    func timeout() async throws {
        var configuration = WebhookConfiguration(url: "http://backend")
        configuration.timeoutMilliseconds = 10
        let client = WebhookClient(configuration, logger: TestTokens.logger) { _, _, timeout in
            try await Task.sleep(for: .nanoseconds(timeout.nanoseconds))
            throw CancellationError()
        }
        #expect(await failure(client, .join) == .timeout)
    }

    @Test("sends what it only tells, and what is left when it has to end")
    func telling() async throws {
        let backend = Backend([])
        let client = backend.client { $0.maxQueued = 2 }
        for _ in 1...3 { client.tell(.leave, .emptyObject) }
        #expect(client.statistics.outcomes == [.init(event: .leave, result: "overloaded"): 1])
        client.finish()
        try await client.run()
        #expect(backend.requests.count == 2)
    }
}
