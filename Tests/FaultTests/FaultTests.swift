import ChannelSocket
import ChannelSocketTesting
import Foundation
import Testing

@testable import ChannelSocketServer

/// Every publish of two nodes is numbered and followed, to the caller and to the clients, while something breaks; and
/// whoever runs the nodes is told.
///
/// `make faults` runs this with the times the server ships with, and prints the accounts as a table.
@Suite("A failing Redis", .serialized, .timeLimit(.minutes(3)))
struct FaultTests {
    @Test(
        "costs no client its connection or its neighbours' messages, no order and no truth, and is recovered from",
        arguments: Fault.all
    )
    func accounts(_ fault: Fault) async throws {
        let (cluster, times) = try await FaultCluster.run(for: fault) { cluster in
            let clock = ContinuousClock()
            let logs = cluster.nodes.map(\.view.lineCount)
            let struck = clock.now
            let noticed = try await strike(fault, cluster)
            try await expectSigns(of: fault, cluster, logs: logs)
            let healed = fault.heal == nil ? struck : clock.now
            try await fault.heal?(cluster)
            let marks = cluster.marks
            try await until("\(fault.name) is over: \(cluster.nodes.map { $0.trouble ?? "ok" })") {
                cluster.hears(from: marks) && cluster.nodes.allSatisfy { $0.trouble == nil }
            }
            let recovered = clock.now - healed
            try await expectSignsOfRecovery(from: fault, cluster, logs: logs)
            for node in cluster.nodes {
                try await until("\(node.name) sees both users present") {
                    (try? await node.presence.list(FaultNode.topic).keys.sorted()) == ["ann", "bob"]
                }
            }
            return (noticed: noticed.map { $0 - struck }, recovered: recovered)
        }
        let report = FaultReport(fault, cluster, noticed: times.noticed, recovered: times.recovered)
        if let path = ProcessInfo.processInfo.environment["FAULT_TABLE"] {
            try FaultTable(path: path).append(report.cells)
        }
        check(report, cluster)
        try checkCounters(cluster, fault)
        // Other times have no bound but the patience of the test: a busy machine is no fault.
        if FaultTimes.areShipped { #expect(report.recovered <= fault.bound, "recovery has a bound") }
    }

    /// Has the fault happen, and waits until it is noticed if it has to be; returns when that was.
    private func strike(_ fault: Fault, _ cluster: FaultCluster) async throws -> ContinuousClock.Instant? {
        let before = cluster.reconnects
        switch fault.sign {
        case .none:
            try await fault.strike(cluster)
            return nil
        case .reconnection:
            try await fault.strike(cluster)
            try await until("both nodes connect anew") { zip(cluster.reconnects, before).allSatisfy { $0 > $1 } }
        case .cutOff(let words):
            try await strike(fault, cluster, untilHealthSays: words) { $0.pubsub.reason }
        case .stalePresence(let words):
            try await strike(fault, cluster, untilHealthSays: words) { $0.presence.reason }
        }
        return .now
    }

    /// Has the fault happen while the health of both nodes is watched: the first reason may soon be followed by another,
    /// which the attempts to connect have found.
    private func strike(
        _ fault: Fault, _ cluster: FaultCluster, untilHealthSays words: String,
        as reason: @escaping @Sendable (HealthReport) -> String?
    ) async throws {
        try await withThrowingTaskGroup { watching in
            for node in cluster.nodes {
                watching.addTask {
                    try await until("\(node.name) is degraded because of '\(words)': \(node.view.health)") {
                        let health = node.view.health
                        return health.status == .degraded && reason(health)?.contains(words) == true
                    }
                }
            }
            try await fault.strike(cluster)
            try await watching.waitForAll()
        }
    }

    private func check(_ report: FaultReport, _ cluster: FaultCluster) {
        #expect(report.clientsDisconnected == 0)
        #expect(report.lostLocally == 0)
        #expect(report.duplicated == 0)
        #expect(report.disordered == 0)
        // Every publish is accounted for, to its caller and in the node's counter.
        #expect(report.confirmed + report.refused.values.reduce(0, +) == report.sent)
        for node in cluster.nodes {
            #expect(node.pubSub.statistics[.failedPublishes] == node.published.failed.count)
        }
        // What Redis has confirmed can only be lost by those that were not subscribed then, and they have counted that.
        if cluster.gaps == [0, 0] { #expect(report.lostConfirmed == 0) }
    }
}
