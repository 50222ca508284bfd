import ChannelSocketTesting
import Testing

@Suite("The room channel", .timeLimit(.minutes(1)))
struct RoomChannelTests {
    private static let topic = "room:lobby"

    /// Runs a closure with two members of a room.
    private func withMembers(_ body: (TestPhoenixClient, TestPhoenixClient) async throws -> Void) async throws {
        let server = try ServerProcess.start("serve", "--port", "0")
        let port = try await server.waitForPort()
        let ann = try await TestPhoenixClient.connect(port: port)
        let bob = try await TestPhoenixClient.connect(port: port)
        for client in [ann, bob] { try await client.join(Self.topic) }
        try await body(ann, bob)
        try await server.stop()
    }

    @Test("broadcasts any event to all members and answers ok")
    func events() async throws {
        try await withMembers { ann, bob in
            #expect(try await ann.call(Self.topic, "drew:line", ["x": 1]).status == "ok")
            for client in [ann, bob] {
                #expect(try await client.expect("drew:line", on: Self.topic).payload == ["x": 1])
            }
            let ref = try await ann.push(Self.topic, "pixels", binary: [1, 2, 3])
            #expect(try await ann.reply(to: ref).status == "ok")
            for client in [ann, bob] {
                #expect(try await client.expect("pixels", on: Self.topic).body == .binary([1, 2, 3]))
            }
        }
    }

    @Test(
        "refuses events that clients take as the server's word",
        arguments: ["phx_close", "phx_error", "phx_reply", "presence_state", "presence_diff", "chan_reply_3"]
    )
    func reservedEvents(event: String) async throws {
        try await withMembers { ann, bob in
            let reply = try await ann.call(Self.topic, event, ["reason": "forged"])
            #expect(reply.status == "error")
            #expect(reply.payload == ["reason": "reserved event"])
            try await bob.expectSilence()
        }
    }

    @Test("refuses payloads that not every client could get", arguments: ["[1]", "\"text\"", "null", "7"])
    func otherPayloads(payload: String) async throws {
        try await withMembers { ann, bob in
            #expect(try await ann.call(Self.topic, "new_msg", JSONValue(parsing: payload)).status == "error")
            try await bob.expectSilence()
            // The channel lives on.
            #expect(try await ann.call(Self.topic, "new_msg", ["body": "hi"]).status == "ok")
        }
    }
}
