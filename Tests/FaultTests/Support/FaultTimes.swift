import ChannelSocketRedis
import Foundation
import NIOCore

/// The link's times: short ones for the test run, or those that the server ships with.
enum FaultTimes {
    /// Whether the shipped times are used; `make faults` asks for it, to measure what users get.
    static let areShipped = ProcessInfo.processInfo.environment["FAULT_TABLE"] != nil

    /// How often the link is looked at to be logged: as the stock server does it, or so often that no test waits for it.
    static var linkWatchInterval: Duration { areShipped ? .seconds(1) : .milliseconds(20) }

    /// Applies the times.
    ///
    /// The short ones are still so long that a busy machine alone is no fault.
    static func apply(to configuration: inout RedisConfiguration) {
        // A fault lasts until it is noticed, and these are only about how often a hopeless case is tried again.
        configuration.readOnlyRetryInterval = areShipped ? .seconds(10) : .seconds(1)
        guard !areShipped else { return }
        configuration.commandTimeout = .seconds(3)
        configuration.connectTimeout = .seconds(1)
        configuration.pingInterval = .milliseconds(500)
        configuration.probeInterval = .milliseconds(500)
        configuration.probeTimeout = .seconds(3)
        configuration.backoff = RedisBackoff(initial: .milliseconds(50), maximum: .milliseconds(500))
    }
}
