internal import ChannelSocket
internal import CoreMetrics
internal import Synchronization

/// Reports refused tokens and keys, and what became of the requests to webhooks.
///
/// Series appear with the first event; the names of reasons, webhooks and results are few and fixed.
final class AccessMetrics: MetricsSource {
    private let statistics: AuthenticationStatistics
    private let webhooks: [String: WebhookStatistics]
    private let factory: any MetricsFactory
    private let counters = Mutex<[String: MirroredCounter]>([:])

    /// Creates the metrics.
    init(_ access: AccessControl, factory: any MetricsFactory) {
        statistics = access.statistics
        webhooks = access.webhooks.mapValues(\.client.statistics)
        self.factory = factory
    }

    func report() {
        report("access_refusals", ["reason": "api_key_missing"], statistics.refusals["api_key_missing"] ?? 0)
        for (reason, count) in statistics.refusals {
            report("access_refusals", ["reason": reason], count)
        }
        for (name, webhook) in webhooks {
            for (outcome, count) in webhook.outcomes {
                let labels = ["webhook": name, "event": outcome.event.rawValue, "result": outcome.result]
                report("webhook_requests", labels, count)
            }
            report("webhook_retries", ["webhook": name], webhook.retries)
        }
    }

    private func report(_ name: String, _ labels: [String: String], _ count: Int) {
        let dimensions = labels.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let key = "\(name) \(dimensions)"
        let counter = counters.withLock { counters in
            if let known = counters[key] { return known }
            let new = MirroredCounter("channelsocket_\(name)_total", dimensions, factory: factory)
            counters[key] = new
            return new
        }
        counter.report(count)
    }
}
