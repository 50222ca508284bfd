import ChannelSocket
import ChannelSocketTesting
import NIOCore
import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocketServer

@Suite("A webhook", .timeLimit(.minutes(1)))
struct WebhookTests {
    /// A webhook whose backend always gives the same answer, and what it was asked.
    private final class Fixture: Sendable {
        private let bodies = Mutex<[String]>([])
        private let answer: String?

        init(answer: String?) {
            self.answer = answer
        }

        var request: JSONValue {
            get throws { try JSONValue(parsing: bodies.withLock { $0.last } ?? "null") }
        }

        func webhook(_ policy: WebhookConfiguration.FailurePolicy = .refuse) -> Webhook {
            var configuration = WebhookConfiguration(url: "http://backend")
            configuration.onFailure = policy
            configuration.retries = 0
            let client = WebhookClient(configuration, logger: TestTokens.logger) { body, _, _ in
                self.bodies.withLock { $0.append(String(buffer: body)) }
                guard let answer = self.answer else { throw CancellationError() }
                return OutboundHTTP.Answer(status: 200, body: ByteBuffer(string: answer))
            }
            return Webhook(client: client, node: NodeID("node") ?? NodeID())
        }
    }

    private let ann = Webhook.Subject(
        socketID: "users_socket:ann", subscriber: SubscriberID("node-7"),
        claims: AuthenticatedClaims(subject: "ann", values: ["sub": .string("ann")])
    )

    @Test("tells a backend who connects with what, but no token")
    func connect() async throws {
        let fixture = Fixture(answer: #"{"id":"u:1","assigns":{"role":"admin","claims":{"sub":"eve"}}}"#)
        let request = ConnectRequest(params: ["token": "secret", "a": .object(["b": .list(["1"])])])
        let answer = await fixture.webhook().connect(request, ann, leavingOut: "token")
        #expect(answer.isAllowed)
        #expect(answer.id == "u:1")
        #expect(answer.assigns["role"] as? String == "admin")
        #expect(answer.assigns["claims"] == nil, "claims are what a token says")
        let asked = try fixture.request
        #expect(asked["type"] == "connect")
        #expect(asked["node"] == "node")
        #expect(asked["id"]?.stringValue?.isEmpty == false)
        #expect(asked["params"] == ["a": ["b": ["1"]]])
        #expect(
            asked["socket"] == ["id": "users_socket:ann", "subscriber": "node-7", "claims": ["sub": "ann"]]
        )
    }

    @Test("refuses for the backend's reason")
    func refusals() async throws {
        let fixture = Fixture(answer: #"{"allow":false,"reason":"banned"}"#)
        let connect = await fixture.webhook().connect(ConnectRequest(params: [:]), ann, leavingOut: nil)
        #expect(!connect.isAllowed && connect.reason == "banned" && connect.status == 403)
        let join = await fixture.webhook().join("room:a", .emptyObject, ann)
        #expect(!join.isAllowed && join.reply == .reason("banned"))
    }

    @Test("hands payloads over as they are, and binary ones in base64")
    func push() async throws {
        let fixture = Fixture(
            answer: #"{"reply":{"status":"error","response":{"n":1}},"broadcast":{"event":"e","to":"others"}}"#
        )
        let payload = try Payload(json: #"{"big":12345678901234567890}"#)
        let answer = try #require(await fixture.webhook().push("room:a", "new", payload, ann))
        #expect(answer.status == .error)
        #expect(answer.response.text == #"{"n":1}"#)
        #expect(answer.broadcast?.event == "e")
        #expect(answer.broadcast?.toOthersOnly == true)
        #expect(try fixture.request["payload"]?.description == #"{"big":12345678901234567890}"#)
        _ = await fixture.webhook().push("room:a", "new", .binary(ByteBuffer(bytes: [1, 2, 255])), ann)
        #expect(try fixture.request["payload_base64"] == "AQL/")
    }

    @Test(
        "passes an event on unless it was refused, or the backend says otherwise",
        arguments: [
            ("{}", true), (#"{"relay":false}"#, false), (#"{"reply":{"status":"error"}}"#, false),
            (#"{"reply":{"status":"error"},"relay":true}"#, true), (#"{"reply":{"status":"ok"}}"#, true),
        ])
    func relaying(answer: String, relays: Bool) async throws {
        let answer = await Fixture(answer: answer).webhook().push("room:a", "new", .emptyObject, ann)
        #expect(answer?.relays == relays)
    }

    @Test("keeps the token of a join to itself")
    func joinToken() async throws {
        let fixture = Fixture(answer: "{}")
        _ = await fixture.webhook().join("room:a", try Payload(json: #"{"token":"secret","a":1}"#), ann)
        #expect(try fixture.request["payload"] == ["a": 1])
    }

    @Test(
        "treats an answer with wrong members like none",
        arguments: [
            #"{"allow":"yes"}"#, #"{"reason":7,"reply":7}"#, #"{"assigns":[]}"#, #"{"reply":[]}"#, #"{"reply":"x"}"#,
        ])
    func malformed(answer: String) async throws {
        let webhook = Fixture(answer: answer).webhook()
        let join = await webhook.join("room:a", .emptyObject, ann)
        #expect(!join.isAllowed)
        #expect(webhook.client.statistics.outcomes[.init(event: .join, result: "malformed")] == 1)
    }

    @Test("decides by its policy when there is no answer")
    func failurePolicy() async throws {
        let request = ConnectRequest(params: [:])
        let refusing = Fixture(answer: nil).webhook(.refuse)
        #expect(await refusing.connect(request, ann, leavingOut: nil).status == 503)
        #expect(await !refusing.join("room:a", .emptyObject, ann).isAllowed)
        #expect(await refusing.push("room:a", "x", .emptyObject, ann)?.status == .error)
        let allowing = Fixture(answer: nil).webhook(.allow)
        #expect(await allowing.connect(request, ann, leavingOut: nil).isAllowed)
        #expect(await allowing.join("room:a", .emptyObject, ann).isAllowed)
        #expect(await allowing.push("room:a", "x", .emptyObject, ann) == nil)
    }
}
