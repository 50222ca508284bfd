import ChannelSocket
import ChannelSocketRedis
import InMemoryLogging
import Logging
import MetricsTestKit

@testable import ChannelSocketServer

/// What somebody who runs a node can see of it: its health report, its metrics and its log.
struct OperatorView: Sendable {
    /// The watch of the stock server, which logs to the same log as the rest of the node.
    let linkWatch: LinkWatch

    private let pubSub: PubSub
    private let presence: Presence
    private let log: InMemoryLogHandler
    private let metrics = TestMetrics()
    private let sources: [any MetricsSource]

    init(adapter: RedisAdapter, pubSub: PubSub, presence: Presence, log: InMemoryLogHandler, logger: Logger) {
        self.pubSub = pubSub
        self.presence = presence
        self.log = log
        sources = [RedisMetrics(adapter, factory: metrics), NodeMetrics(pubSub, factory: metrics)]
        linkWatch = LinkWatch(
            disconnectReason: { pubSub.disconnectReason }, every: FaultTimes.linkWatchInterval, logger: logger
        )
    }

    /// What `/health` answers with.
    var health: HealthReport {
        HealthReport(pubSub: pubSub, presence: presence, backend: "redis", isDraining: false)
    }

    /// The value of a gauge now.
    func gauge(_ name: String) throws -> Double? {
        for source in sources { source.report() }
        return try metrics.expectMeter(name).lastValue
    }

    /// The value of a counter now.
    func counter(_ name: String, _ labels: [(String, String)] = []) throws -> Int64 {
        for source in sources { source.report() }
        return try metrics.expectCounter(name, labels).totalValue
    }

    /// How many lines the log has.
    var lineCount: Int { log.entries.count }

    /// What was logged after so many lines, at a level or above.
    func lines(after mark: Int, atLeast level: Logger.Level) -> [String] {
        log.entries.dropFirst(mark).filter { $0.level >= level }.map { "\($0.level) \($0.message) \($0.metadata)" }
    }

    /// Where a line was logged for the first time after so many lines: the number of lines up to it.
    ///
    /// - Parameters:
    ///   - level: its level, exactly.
    ///   - message: how it begins.
    ///   - words: what its reason has in it; a line without a reason has nothing in it.
    ///   - mark: the number of lines that don't count.
    func firstLine(_ level: Logger.Level, _ message: String, reason words: String? = nil, after mark: Int) -> Int? {
        let entries = log.entries
        return entries.indices.dropFirst(mark).first { index in
            let entry = entries[index]
            guard entry.level == level, "\(entry.message)".hasPrefix(message) else { return false }
            guard let words else { return true }
            return entry.metadata["reason"].map { "\($0)".contains(words) } ?? false
        }.map { $0 + 1 }
    }
}
