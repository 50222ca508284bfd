import ChannelSocket
import ChannelSocketTesting
import Logging
import Testing

@testable import ChannelSocketServer

/// What somebody who runs the nodes sees of a fault.
extension FaultTests {
    private static let lost = "Lost the connection to Redis"
    private static let cutOff = "cut off from the other nodes"

    /// Checks metrics and log while a fault lasts that was noticed.
    ///
    /// - Parameter logs: how many lines each node's log had before.
    func expectSigns(of fault: Fault, _ cluster: FaultCluster, logs: [Int]) async throws {
        for (node, mark) in zip(cluster.nodes, logs) {
            let view = node.view
            switch fault.sign {
            case .none: break
            case .reconnection:
                try await until("\(node.name) logs the loss") {
                    view.firstLine(.warning, Self.lost, reason: "", after: mark) != nil
                }
            case .cutOff:
                #expect(try view.gauge("channelsocket_redis_connected") == 0)
                #expect(try view.gauge("channelsocket_bus_connected") == 0)
                // The reason is that of the moment, and says which link it is about.
                try await until("\(node.name) logs that it is cut off") {
                    view.firstLine(.error, Self.cutOff, reason: "er: ", after: mark) != nil
                }
            case .stalePresence(let words):
                try await until("\(node.name) logs that presence is not kept, or why the link is made anew") {
                    view.firstLine(.warning, "presence is not kept", reason: words, after: mark) != nil
                        || view.firstLine(.warning, Self.lost, reason: words, after: mark) != nil
                }
            }
        }
    }

    /// Checks health report, metrics and log after a fault.
    ///
    /// - Parameter logs: how many lines each node's log had before.
    func expectSignsOfRecovery(from fault: Fault, _ cluster: FaultCluster, logs: [Int]) async throws {
        for (node, mark) in zip(cluster.nodes, logs) {
            let view = node.view
            try await until("\(node.name) is healthy, and its gauges say so") {
                guard view.health.status == .ok else { return false }
                let gauges = ["channelsocket_redis_connected", "channelsocket_bus_connected"]
                return try gauges.allSatisfy { try view.gauge($0) == 1 }
            }
            switch fault.sign {
            case .none: #expect(view.lines(after: mark, atLeast: .notice).isEmpty)
            case .reconnection:
                let lost = try #require(view.firstLine(.warning, Self.lost, after: mark))
                try await until("\(node.name) logs the recovery") {
                    view.firstLine(.info, "Recovered the connection to Redis", after: lost) != nil
                }
            case .cutOff:
                let lost = try #require(view.firstLine(.error, Self.cutOff, after: mark))
                try await until("\(node.name) logs that it is joined with the others") {
                    view.firstLine(.notice, "joined with the other nodes again", after: lost) != nil
                }
            case .stalePresence: break
            }
        }
    }

    /// Checks what was counted from the beginning to the end, against what is known to have happened.
    func checkCounters(_ cluster: FaultCluster, _ fault: Fault) throws {
        let codes: [PubSubError.Code] = [.disconnected, .unconfirmed, .timeout, .rejected, .overloaded]
        for node in cluster.nodes {
            let view = node.view
            #expect(try view.counter("channelsocket_redis_published_total") == node.published.confirmed.count)
            for reason in codes.map(\.description) {
                let failures = node.published.failed.values.count { $0 == reason }
                #expect(
                    try view.counter("channelsocket_redis_publish_failures_total", [("reason", reason)]) == failures)
            }
            let failed = node.published.failed.count
            #expect(try view.counter("channelsocket_drops_total", [("reason", "failed_publishes")]) == failed)
            let reconnects = try view.counter("channelsocket_redis_reconnects_total")
            let gaps = try view.counter("channelsocket_redis_gaps_total")
            #expect(fault.hasGap == nil || fault.hasGap == (gaps > 0))
            #expect(fault.hasGap == false ? reconnects == 0 : reconnects >= max(1, gaps))
        }
        // One subscriber each, and the publishers are left alone: there is nothing else to be counted.
        if fault.name.hasPrefix("CLIENT KILL TYPE pubsub") { #expect(cluster.gaps == cluster.reconnects) }
        guard case .none = fault.sign else { return }
        for node in cluster.nodes { #expect(node.published.failed.isEmpty) }
    }
}
