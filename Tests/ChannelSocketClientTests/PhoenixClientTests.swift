import ChannelSocketTesting
import Foundation
import NIOCore
import NIOSSL
import PhoenixWire
import Testing

@testable import ChannelSocketClient

@Suite("A Phoenix client and a node", .timeLimit(.minutes(2)))
struct PhoenixClientTests {
    private static func message(_ event: String, _ json: String) -> PhoenixEvent {
        .message(event: event, payload: .text(json))
    }

    @Test("joins, pushes with replies, hears broadcasts and leaves")
    func conversation() async throws {
        try await ContractNode.with { port in
            let client = try await ContractNode.client(port)
            let room = try await client.join("room:reply:1", .text(#"{"a":1}"#))
            #expect(room.joinReply == .text(#"{"a":1}"#))
            #expect(try await room.push("echo", .text(#"{"b":"ü\n"}"#)) == .text(#"{"b":"ü\n"}"#))
            #expect(try await room.push("echo", .text("[1]")) == .text("[1]"))
            try await room.send("new_msg", .text(#"{"body":"hi"}"#))
            #expect(try await room.events.next("the broadcast") == Self.message("new_msg", #"{"body":"hi"}"#))
            try await room.leave()
            for await event in room.events { Issue.record("an event after the end: \(event)") }
            let again = try await client.join("room:reply:1")
            #expect(again.joinReply == .emptyObject)
            await client.close()
        }
    }

    @Test("asks of its socket not to wait with what is small, and nothing that only the privileged may ask")
    func socketOptions() async throws {
        try await ContractNode.with { port in
            let client = try await ContractNode.client(port)
            guard case .open(let channel) = await client.phase else {
                throw TestingError(.unexpected, "the client is connected and has no connection")
            }
            #expect(try await channel.getOption(.tcpOption(.tcp_nodelay)).get() != 0)
            // Of another level, the number of TCP_NODELAY is SO_DEBUG, for which Linux wants CAP_NET_ADMIN.
            #expect(try await channel.getOption(.socketOption(.init(rawValue: SO_DEBUG))).get() == 0)
            await client.close()
        }
    }

    @Test("carries binary payloads both ways")
    func binary() async throws {
        try await ContractNode.with { port in
            let client = try await ContractNode.client(port)
            let room = try await client.join("room:bin")
            let payload = Payload.binary(ByteBuffer(bytes: [0, 255, 1]))
            #expect(try await room.push("bin", payload) == payload)
            #expect(try await room.events.next("the broadcast") == .message(event: "bin", payload: payload))
            try await room.send("bin_push", payload)
            #expect(try await room.events.next("the push") == .message(event: "bin_push", payload: payload))
            await client.close()
        }
    }

    @Test("tells refused joins, refused pushes and missing replies apart")
    func refusals() async throws {
        try await ContractNode.with { port in
            let client = try await ContractNode.client(port)
            let refused = await #expect(throws: PhoenixClientError.self) { _ = try await client.join("secret:a") }
            #expect(refused?.code == .joinRefused)
            #expect(refused?.response == .reason("unauthorized"))
            #expect(refused?.message == #"the server refused the join of secret:a: {"reason":"unauthorized"}"#)
            let unmatched = await #expect(throws: PhoenixClientError.self) { _ = try await client.join("lobby") }
            #expect(unmatched?.response == .reason("unmatched topic"))

            let room = try await client.join("room:a")
            let failed = await #expect(throws: PhoenixClientError.self) { try await room.push("fail", .text("{}")) }
            #expect(failed?.code == .pushRefused)
            let silent = await #expect(throws: PhoenixClientError.self) {
                try await room.push("silent", timeout: .milliseconds(20))
            }
            #expect(silent?.code == .timeout)
            let twice = await #expect(throws: PhoenixClientError.self) { _ = try await client.join("room:a") }
            #expect(twice?.code == .alreadyJoined)
            await client.close()
            let closed = await #expect(throws: PhoenixClientError.self) { try await room.push("echo") }
            #expect(closed?.code == .closed)
        }
    }

    @Test("sends parameters, header fields and a token")
    func identity() async throws {
        try await ContractNode.with { port in
            var configuration = try ContractNode.configuration(port)
            configuration.params = ["user": "ann & bob+ü"]
            configuration.authToken = "s3cret?>"
            configuration.headers = [("user-agent", "test")]
            let client = PhoenixClient(configuration)
            try await client.connect()
            let identity = try await client.join("room:a").push("whoami")
            let value = try JSONValue(parsing: String(buffer: identity.bytes))
            #expect(value["params"]?["user"] == "ann & bob+ü")
            #expect(value["params"]?["vsn"] == "2.0.0")
            #expect(value["auth_token"] == "s3cret?>")
            await client.close()
        }
    }

    @Test("says what answered when it cannot connect, and may try again")
    func cannotConnect() async throws {
        try await ContractNode.with { port in
            var configuration = try ContractNode.configuration(port)
            configuration.params = ["token": "bad"]
            let client = PhoenixClient(configuration)
            let refused = await #expect(throws: PhoenixClientError.self) { try await client.connect() }
            #expect(refused?.code == .handshakeRefused)
            #expect(refused?.status == 403)
            #expect(refused?.message.hasPrefix("the server refused the connection: HTTP 403") == true)
            await client.update(params: [:], authToken: nil)
            try await client.connect()
            await client.close()
        }
        let nobody = PhoenixClient(try ContractNode.configuration(1))
        let unreachable = await #expect(throws: PhoenixClientError.self) { try await nobody.connect() }
        #expect(unreachable?.code == .unreachable)
        #expect(unreachable?.message.hasPrefix("cannot connect to ws://127.0.0.1:1/socket: ") == true)
    }

    @Test("speaks TLS with servers whose certificate it trusts, and with no others")
    func tls() async throws {
        try await ContractNode.with { port in
            let relay = try await TLSRelay.start(to: port)
            var configuration = try ContractNode.configuration(relay.port, scheme: "wss")
            let distrusted = await #expect(throws: PhoenixClientError.self) {
                try await PhoenixClient(configuration).connect()
            }
            #expect(distrusted?.code == .unreachable)
            let message = distrusted?.message ?? ""
            #expect(message.hasSuffix("its certificate is not trusted here"), "\(message)")
            configuration.tls.trustRoots = .certificates([relay.certificate])
            let client = PhoenixClient(configuration)
            try await client.connect()
            let room = try await client.join("room:a")
            #expect(try await room.push("echo", .text(#"{"a":1}"#)) == .text(#"{"a":1}"#))
            await client.close()
            try await relay.stop()
        }
    }

    @Test("joins again after a crash, and only the channel that crashed")
    func crash() async throws {
        try await ContractNode.with { port in
            let client = try await ContractNode.client(port)
            let room = try await client.join("room:reply:a", .text(#"{"n":1}"#))
            let other = try await client.join("room:b")
            await room.update(joinPayload: .text(#"{"n":2}"#))
            try await room.send("crash")
            guard case .lost(let reason) = try await room.events.next("the crash") else {
                return #expect(Bool(false), "no loss reported")
            }
            #expect(reason.contains("channel_crash"))
            #expect(try await room.events.next("the rejoin") == .rejoined(.text(#"{"n":2}"#)))
            #expect(try await room.push("ack") == .emptyObject)
            try await other.send("new_msg")
            #expect(try await other.events.next("the first event") == Self.message("new_msg", "{}"))
            await client.close()
        }
    }

    @Test("comes back after its node was killed and started again, and sends what waited")
    func restart() async throws {
        let node = try await ContractNode.start()
        let client = try await ContractNode.client(node.port)
        let topics = ["room:a", "room:b"]
        var rooms: [PhoenixChannel] = []
        for topic in topics { rooms.append(try await client.join(topic)) }
        node.process.send(signal: 9)
        try await node.process.waitForExit()
        for room in rooms {
            guard case .lost = try await room.events.next("the loss") else {
                return #expect(Bool(false), "no loss reported")
            }
        }
        let (first, second) = (rooms[0], rooms[1])
        async let waiting = first.push("echo", .text(#"{"waited":true}"#))
        let sent = await #expect(throws: PhoenixClientError.self) { try await second.send("new_msg") }
        #expect(sent?.code == .disconnected)
        let again = try await ContractNode.start(port: node.port)
        for room in rooms { #expect(try await room.events.next("the rejoin") == .rejoined(.emptyObject)) }
        #expect(try await waiting == .text(#"{"waited":true}"#))
        var connected = 0
        for await event in client.connectionEvents where event == .connected {
            connected += 1
            if connected == 2 { break }
        }
        await client.close()
        try await again.process.stop()
    }

    @Test("gives a connection up that does not answer heartbeats")
    func heartbeat() async throws {
        try await ContractNode.with { port in
            let proxy = try await FaultProxy.start(to: .tcp(host: "127.0.0.1", port: port))
            var configuration = try ContractNode.configuration(proxy.port)
            configuration.heartbeatInterval = .milliseconds(300)
            let client = PhoenixClient(configuration)
            try await client.connect()
            await proxy.pause()
            _ = try await client.connectionEvents.first("the loss") {
                guard case .disconnected(let reason, _) = $0 else { return false }
                return reason.contains("heartbeat")
            }
            await proxy.resume()
            _ = try await client.connectionEvents.first("the new connection") { $0 == .connected }
            await client.close()
            await proxy.stop()
        }
    }

    @Test("sends a join again that was under way when the connection was lost")
    func lostJoin() async throws {
        try await ContractNode.with { port in
            let proxy = try await FaultProxy.start(to: .tcp(host: "127.0.0.1", port: port))
            let client = try await ContractNode.client(proxy.port)
            await proxy.pause()
            async let room = client.join("room:a")
            while await client.replies.isEmpty { await Task.yield() }
            await proxy.endConnections()
            await proxy.resume()
            _ = try await client.connectionEvents.first("the loss") {
                guard case .disconnected = $0 else { return false }
                return true
            }
            #expect(try await room.topic == "room:a")
            #expect(await client.replies.isEmpty)
            await client.close()
            await proxy.stop()
        }
    }

    @Test("tells a reader that is behind how many events it missed")
    func slowReader() async throws {
        try await ContractNode.with { port in
            var configuration = try ContractNode.configuration(port)
            configuration.maxBufferedEvents = 10
            let client = PhoenixClient(configuration)
            try await client.connect()
            let room = try await client.join("room:a")
            // The reply comes after what it replies to.
            try await room.push("burst", .text(#"{"n":100}"#))
            for number in 1...10 {
                #expect(try await room.events.next("an event") == Self.message("burst", #"{"i":\#(number)}"#))
            }
            try await room.send("push_back", .text(#"{"last":1}"#))
            #expect(try await room.events.next("the gap") == .missed(90))
            #expect(try await room.events.next("the last") == Self.message("push_back", #"{"last":1}"#))
            await client.close()
        }
    }

    @Test("follows the presence of a topic through joins, updates and a lost connection")
    func presence() async throws {
        try await ContractNode.with { port in
            let ann = try await ContractNode.client(port)
            let room = try await ann.join("presence:a", .text(#"{"user_id":"ann","meta":{"d":"web"}}"#))
            let bob = try await ContractNode.client(port)
            let bobsRoom = try await bob.join("presence:a", .text(#"{"user_id":"bob","meta":{"v":1}}"#))
            var presence = PhoenixPresence()
            func follow(until condition: (PhoenixPresence) -> Bool) async throws {
                while !condition(presence) { _ = presence.apply(try await room.events.next("presence")) }
            }
            try await follow { $0.entries.keys.sorted() == ["ann", "bob"] }
            try await bobsRoom.push("update", .text(#"{"v":2}"#))
            try await follow { $0.entries["bob"]?.first?.json.bytes.debugText.contains(#""v":2"#) == true }
            #expect(presence.entries["bob"]?.count == 1)
            await bob.close()
            try await follow { $0.entries.keys.sorted() == ["ann"] }
            await ann.close()
        }
    }
}

extension ByteBuffer {
    fileprivate var debugText: String { String(buffer: self) }
}
