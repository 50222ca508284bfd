import PhoenixWire
import Synchronization

/// The routes of a node's channels by number, so that an event loop can leave word with one store whose callback it runs.
///
/// Holds every pattern that was ever routed, which are few: reloads mostly bring the same again.
final class CallbackRoutes: Sendable {
    private let patterns = Mutex<[String]>([])

    /// The number of a pattern; never 0.
    func number(of pattern: TopicPattern) -> Int32 {
        patterns.withLock { patterns in
            if let index = patterns.firstIndex(where: { $0.hasSameBytes(as: pattern.description) }) {
                return Int32(index + 1)
            }
            patterns.append(pattern.description)
            return Int32(patterns.count)
        }
    }

    /// The pattern with a number; nil for 0.
    func pattern(_ number: Int) -> String? {
        patterns.withLock { $0.indices.contains(number - 1) ? $0[number - 1] : nil }
    }
}
