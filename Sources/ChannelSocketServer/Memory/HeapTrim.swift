internal import CMalloc
internal import Logging
internal import ServiceLifecycle

/// Gives memory back to the system after many clients have gone.
///
/// Left alone, glibc returns what is free at the end of a heap only, and something long-lived is always there: a node
/// would keep the memory of the largest herd of clients it ever had.
struct HeapTrim: Service {
    /// Decides when it is worth it: searching the heaps takes milliseconds, in which nothing can be allocated.
    struct Decision {
        /// Less than this is not worth it, in bytes.
        static let least = 8 << 20

        private var highest = 0

        /// Looks at how much is in use.
        ///
        /// - Parameter used: bytes in use.
        /// - Returns: whether enough has been freed since there was most in use, or since the last time.
        mutating func isDue(used: Int) -> Bool {
            highest = max(highest, used)
            guard highest - used >= max(Self.least, highest / 4) else { return false }
            highest = used
            return true
        }
    }

    private let interval: Duration
    private let logger: Logger

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - interval: how often to look.
    ///   - logger: told what was done.
    init(every interval: Duration = .seconds(5), logger: Logger) {
        self.interval = interval
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var decision = Decision()
            while (try? await Task.sleep(for: interval)) != nil {
                let used = Self.used
                guard decision.isDue(used: used) else { continue }
                let duration = ContinuousClock().measure { cmalloc_trim() }
                logger.debug(
                    "unused memory given back", metadata: ["memory.used": "\(used)", "duration": "\(duration)"]
                )
            }
        }
    }

    /// Bytes of the heaps that are in use; 0 if the C library does not tell.
    static var used: Int { Int(cmalloc_used()) }
}
