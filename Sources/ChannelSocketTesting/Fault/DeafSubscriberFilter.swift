internal import Synchronization

/// Swallows what Redis pushes to subscribers and lets everything else pass: the subscriber is connected, gets answers
/// to its commands, and is deaf.
public struct DeafSubscriberFilter: FaultProxyFilter {
    /// Turns deafness on and off, for all filters it was given to.
    public final class Switch: Sendable {
        private let state = Atomic(false)

        /// Creates a switch that is off.
        public init() {}

        /// Whether messages are swallowed.
        public var isOn: Bool {
            get { state.load(ordering: .relaxed) }
            set { state.store(newValue, ordering: .relaxed) }
        }
    }

    private let isDeaf: Switch
    private var held: [UInt8] = []

    /// Creates the filter of one connection.
    ///
    /// - Parameter isDeaf: turns it on and off.
    public init(_ isDeaf: Switch) {
        self.isDeaf = isDeaf
    }

    /// Passes whole replies on, without messages when deaf.
    public mutating func pass(_ bytes: [UInt8]) -> [UInt8] {
        held += bytes
        var passed: [UInt8] = []
        var start = 0
        while let end = Self.end(of: held, from: start) {
            let reply = held[start..<end]
            if !isDeaf.isOn || !reply.starts(with: Self.message) { passed += reply }
            start = end
        }
        held.removeFirst(start)
        return passed
    }

    private static let message = Array("*3\r\n$7\r\nmessage\r\n".utf8)

    /// Where the reply that begins at an index ends; nil if not all of it is there.
    private static func end(of bytes: [UInt8], from start: Int) -> Int? {
        guard let lineEnd = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let count = Int(String(decoding: bytes[start..<lineEnd].dropFirst().dropLast(), as: UTF8.self)) ?? 0
        var next = lineEnd + 1
        switch bytes[start] {
        case UInt8(ascii: "$") where count >= 0:
            next += count + 2
            return next <= bytes.count ? next : nil
        case UInt8(ascii: "*"):
            for _ in 0..<max(0, count) {
                guard let end = end(of: bytes, from: next) else { return nil }
                next = end
            }
            return next
        default:
            return next
        }
    }
}
