import Synchronization

/// Makes refs: unique in the cluster, 16 characters, and each greater than the one before.
final class PresenceRefs: Sendable {
    /// In ASCII order, so that refs sort as they were made.
    private static let digits = Array("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz".utf8)
    private let prefix: [UInt8]
    private let counter = Atomic<UInt64>(0)

    init() {
        prefix = Self.text(.random(in: 0..<(1 << 54)), length: 9)
    }

    /// A new ref.
    func next() -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return String(decoding: prefix + Self.text(number, length: 7), as: UTF8.self)
    }

    private static func text(_ number: UInt64, length: Int) -> [UInt8] {
        (0..<length).map { digits[Int(number >> UInt64(6 * (length - 1 - $0)) & 63)] }
    }
}
