import ChannelSocket
import ChannelSocketTesting
import Foundation
import Testing

/// Every publish of two nodes is numbered and followed, to the caller and to the clients, while something breaks.
///
/// `make faults` runs this with the times the server ships with, and prints the accounts as a table.
@Suite("A failing Redis", .serialized, .timeLimit(.minutes(3)))
struct FaultTests {
    @Test(
        "costs no client its connection or its neighbours' messages, no order and no truth, and is recovered from",
        arguments: Fault.network + Fault.redis
    )
    func accounts(_ fault: Fault) async throws {
        let (cluster, times) = try await FaultCluster.run(for: fault) { cluster in
            let clock = ContinuousClock()
            let struck = clock.now
            let isNoticed = try await strike(fault, cluster)
            let noticed = isNoticed ? clock.now - struck : nil
            let healed = fault.heal == nil ? struck : clock.now
            try await fault.heal?(cluster)
            let marks = cluster.marks
            try await until("\(fault.name) is over: \(cluster.nodes.map { $0.trouble ?? "ok" })") {
                cluster.hears(from: marks) && cluster.nodes.allSatisfy { $0.trouble == nil }
            }
            let recovered = clock.now - healed
            for node in cluster.nodes {
                try await until("\(node.name) sees both users present") {
                    (try? await node.presence.list(FaultNode.topic).keys.sorted()) == ["ann", "bob"]
                }
            }
            return (noticed: noticed, recovered: recovered)
        }
        let report = FaultReport(fault, cluster, noticed: times.noticed, recovered: times.recovered)
        if let path = ProcessInfo.processInfo.environment["FAULT_TABLE"] { try report.append(to: path) }
        check(report, cluster)
    }

    /// Has the fault happen, and waits until it is noticed if it has to be.
    private func strike(_ fault: Fault, _ cluster: FaultCluster) async throws -> Bool {
        let before = cluster.reconnects
        try await fault.strike(cluster)
        switch fault.sign {
        case .none: return false
        case .reconnection:
            try await until("both nodes connect anew") { zip(cluster.reconnects, before).allSatisfy { $0 > $1 } }
        case .trouble(let words):
            for node in cluster.nodes {
                try await until("\(node.name) says '\(words)'") { node.trouble?.contains(words) == true }
            }
        }
        return true
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
        // What Redis has confirmed can only be lost by those that were not subscribed then.
        if cluster.reconnects == [0, 0] { #expect(report.lostConfirmed == 0) }
    }
}
