import ChannelSocket
import ChannelSocketTesting
import NIOCore
import Testing

extension LimitAnswersTests {
    static let callbacks = [
        Answer(
            row: "`joinTimeout`", change: { $0.joinTimeout = .milliseconds(200) },
            reason: "join timeout", counts: ["join_timeouts": 1], reach: { try await $0.tryJoin("room:slow") }),
        Answer(
            row: "subscription not confirmed", reason: "unavailable", counts: ["failed_subscriptions": 1],
            reach: { try await $0.tryJoin("room:lost") }),
        Answer(
            row: "`callbackTimeout`", change: { $0.callbackTimeout = .milliseconds(200) },
            reason: "timeout", counts: ["callback_timeouts": 1],
            reach: { client in
                try await client.join("room:a")
                return try await client.call("room:a", "sleep")
            }),
        Answer(
            row: "reply of a cancelled callback", change: { $0.callbackTimeout = .milliseconds(200) },
            reason: "timeout", counts: ["callback_timeouts": 1, "late_replies": 1],
            reach: { client in
                try await client.join("room:a")
                let reply = try await client.call("room:a", "oversleep")
                // Handled after it; the reply that came too late would have come before.
                #expect(try await client.call("room:a", "echo").status == "ok")
                try await client.expectSilence()
                return reply
            }),
        Answer(
            row: "`channelShutdownTimeout`",
            change: {
                $0.callbackTimeout = .milliseconds(200)
                $0.channelShutdownTimeout = .milliseconds(200)
            },
            event: "phx_error", reason: "channel_crash",
            counts: ["callback_timeouts": 1, "channel_crashes": 1, "abandoned_channels": 1],
            reach: { client in
                try await client.join("room:a")
                try await client.push("room:a", "hang")
                return try await client.expect("phx_error", on: "room:a")
            }),
        Answer(
            row: "callback throws", event: "phx_error", reason: "channel_crash", counts: ["channel_crashes": 1],
            reach: { client in
                try await client.join("room:a")
                try await client.push("room:a", "unknown")
                return try await client.expect("phx_error", on: "room:a")
            }),
        Answer(
            row: "join callback throws", reason: "join crashed", counts: ["channel_crashes": 1],
            reach: { try await $0.tryJoin("room:crash") }),
        Answer(
            row: "`Socket.expire(after:)`", event: "phx_error", reason: "token expired",
            counts: ["expired_channels": 1],
            reach: { client in
                try await client.join("room:a")
                try await client.push("room:a", "expire")
                return try await client.expect("phx_error", on: "room:a")
            }),
    ]

    static let presences = [
        Answer(
            row: "`maxMembersPerTopic`", reason: "topic_full", counts: ["refused_presences": 1],
            reach: { client in
                try await client.join("room:a")
                #expect(try await client.call("room:a", "track", ["key": "ann"]).status == "ok")
                return try await client.call("room:a", "track", ["key": "bob"])
            }),
        Answer(
            row: "`maxKeyBytes`", reason: "invalid_key", counts: ["refused_presences": 1],
            reach: { client in
                try await client.join("room:a")
                return try await client.call("room:a", "track", ["key": .string(String(repeating: "x", count: 257))])
            }),
        Answer(
            row: "`maxMetaBytes`", reason: "invalid_meta", counts: ["refused_presences": 1],
            reach: { client in
                try await client.join("room:a")
                let meta: JSONValue = ["key": "ann", "x": .string(String(repeating: "x", count: 4_096))]
                return try await client.call("room:a", "track", meta)
            }),
    ]
}
