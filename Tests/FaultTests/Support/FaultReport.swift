import ChannelSocketTesting
import Foundation

/// What a fault has cost.
struct FaultReport: Sendable {
    var fault: Fault
    /// How long it took the nodes to notice.
    var noticed: Duration?
    /// How long it took until messages passed both ways and health was good again, since the fault had ended.
    var recovered: Duration
    var sent = 0
    var confirmed = 0
    /// Publishes whose callers were told that they failed, or may have, by reason.
    var refused: [String: Int] = [:]
    /// Messages that the other node's client did not get.
    var lost = 0
    /// Of these, the ones that Redis had confirmed.
    var lostConfirmed = 0
    var duplicated = 0
    var disordered = 0
    /// Messages that a client of the publishing node itself did not get.
    var lostLocally = 0
    var clientsDisconnected = 0
    /// How often the nodes noted that they were cut off from what the other one published.
    var gaps: UInt64

    /// Settles the accounts of a cluster.
    init(_ fault: Fault, _ cluster: FaultCluster, noticed: Duration?, recovered: Duration) {
        self.fault = fault
        self.noticed = noticed
        self.recovered = recovered
        gaps = cluster.gaps.reduce(0, +)
        for node in cluster.nodes {
            let ledger = node.published
            let all = Set(1...max(1, ledger.sent))
            sent += ledger.sent
            confirmed += ledger.confirmed.count
            for reason in ledger.failed.values { refused[reason, default: 0] += 1 }
            for (home, listener) in zip(cluster.nodes, cluster.listeners) {
                let account = listener.account(of: node.name)
                let missing = all.subtracting(account.received)
                duplicated += account.duplicated
                disordered += account.disordered
                if home === node {
                    lostLocally += missing.count
                } else {
                    lost += missing.count
                    lostConfirmed += missing.intersection(ledger.confirmed).count
                }
            }
        }
        clientsDisconnected = cluster.listeners.filter { $0.ended != nil }.count
    }

    /// The row of the table that `make faults` prints; the first cell says which of how many rows it is.
    var cells: [String] {
        let all = Fault.all
        let number = all.firstIndex { $0.name == fault.name }.map { $0 + 1 } ?? 0
        let reasons = refused.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return [
            "\(number)/\(all.count)", fault.name, noticed.map(Self.seconds) ?? "-", Self.seconds(recovered),
            "\(fault.bound.components.seconds) s",
            clientsDisconnected == 0 && lostLocally == 0
                ? "nothing at home" : "\(clientsDisconnected) closed, \(lostLocally) lost at home",
            "\(sent)", "\(confirmed)", reasons.isEmpty ? "-" : reasons, "\(lost)", "\(lostConfirmed)", "\(duplicated)",
            "\(disordered)", "\(gaps)",
        ]
    }

    private static func seconds(_ duration: Duration) -> String {
        String(format: "%.2f s", duration / .seconds(1))
    }
}
