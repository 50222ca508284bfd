internal import Logging
internal import UnixSignals

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What SIGTERM and SIGINT do: the first one starts the orderly end, the second one ends the process at once.
///
/// The exit code is then that of a process killed by the signal as shells tell it, 128 + its number: 143 or 130. The
/// process exits by itself, since the first process of a container is immune to signals it does not handle.
struct ShutdownSignals: Sendable {
    private let signals: UnixSignalsSequence
    private let logger: Logger

    /// Takes the signals over; from here on none is lost.
    init(logger: Logger) async {
        signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        self.logger = logger
    }

    /// Waits for signals until the task is cancelled.
    ///
    /// - Parameter shutDown: starts the orderly end; must not wait for it.
    func run(shutDown: @Sendable (UnixSignal) async -> Void) async {
        var isShuttingDown = false
        for await signal in signals {
            if isShuttingDown {
                logger.warning("ending at once, since a second signal came", metadata: ["signal": "\(signal)"])
                fflush(nil)
                _exit(128 + (signal == .sigint ? SIGINT : SIGTERM))
            }
            isShuttingDown = true
            await shutDown(signal)
        }
    }
}
