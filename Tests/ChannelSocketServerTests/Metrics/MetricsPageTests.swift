import ChannelSocketServer
import ChannelSocketTesting
import NIOHTTP1
import Testing

/// `/metrics` of a running node.
@Suite("The metrics page", .timeLimit(.minutes(2)))
struct MetricsPageTests {
    @Test("counts clients, joins, messages and what goes through Redis, and explains every metric")
    func counts() async throws {
        try await RedisServer.withServer { redis in
            let node = try await ServerProcess.node("alpha", redis: redis.url)
            let ann = try await TestPhoenixClient.connect(port: node.port)
            let bob = try await TestPhoenixClient.connect(port: node.port)
            for client in [ann, bob] { try await client.join("room:lobby") }
            let before = try await PrometheusPage.of(
                port: node.port, until: { $0["channelsocket_joins_total", ["result": "ok"]] == 2 }, "joins"
            )
            #expect(before["channelsocket_connections"] == 2)
            #expect(before["channelsocket_connections_opened_total"] == 2)
            #expect(before["channelsocket_channels"] == 2)
            #expect(before["channelsocket_topics"].map { $0 >= 1 } == true)
            #expect(before["channelsocket_redis_connected"] == 1)
            #expect(before["channelsocket_bus_connected"] == 1)

            #expect(try await ann.call("room:lobby", "new_msg", ["body": "hi"]).status == "ok")
            _ = try await bob.expect("new_msg", on: "room:lobby")
            let after = try await PrometheusPage.of(
                port: node.port,
                until: { now in
                    // The node announces itself through Redis now and then, too.
                    now["channelsocket_publish_duration_seconds_count"] == now["channelsocket_redis_published_total"]
                        && now["channelsocket_messages_received_total"] == 3
                },
                "publish durations"
            )
            func grown(_ name: String) -> Double? { after[name].flatMap { now in before[name].map { now - $0 } } }
            #expect(grown("channelsocket_messages_received_total") == 1)
            #expect(grown("channelsocket_deliveries_total") == 2)
            #expect(grown("channelsocket_messages_sent_total") == 3, "two deliveries and a reply")
            #expect(grown("channelsocket_bytes_sent_total").map { $0 > 100 } == true)
            #expect(after["channelsocket_redis_published_total"].map { $0 >= 1 } == true)
            #expect(after["channelsocket_drops_total", ["reason": "malformed_messages"]] == 0)
            #expect(after["channelsocket_process_resident_memory_bytes"].map { $0 > 1_000_000 } == true)
            #expect(after["channelsocket_process_open_fds"].map { $0 > 5 } == true)
            #expect(after["channelsocket_process_cpu_seconds_total"].map { $0 > 0 } == true)
            #expect(after["channelsocket_build_info", ["version": StockServer.version]] == 1)
            for name in after.types.keys {
                #expect(MetricsReference.help[name] != nil, "\(name) is not explained")
            }
            for name in MetricsReference.help.keys where !name.contains("_webhook_") {
                #expect(after.types[name] != nil, "\(name) is explained and not there")
            }

            _ = try await PrometheusPage.of(
                port: node.port, until: { $0["channelsocket_event_loop_lag_seconds_count"].map { $0 > 0 } == true },
                "event-loop lag is measured"
            )
            await redis.kill()
            _ = try await PrometheusPage.of(
                port: node.port, until: { $0["channelsocket_redis_connected"] == 0 }, "Redis is gone"
            )
            #expect(try await node.process.stop() == .exited(0))
        }
    }
}
