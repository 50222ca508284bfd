import NIOCore
import Synchronization

/// One value for each event loop, made when the loop is first seen.
///
/// A connection looks its value up once, when it opens, and keeps it. The values are found by their indexes without a
/// lock, for broadcasts that go from loop to loop.
final class PerLoop<Value: AnyObject & Sendable>: Sendable {
    /// How many loops there can be: their members are found by the bits of a word.
    static var maxLoops: Int { UInt64.bitWidth }

    private final class Slot: Sendable {
        let value = AtomicLazyReference<Value>()
    }

    private let make: @Sendable (_ eventLoop: any EventLoop, _ index: Int) -> Value
    private let byLoop = Mutex<[ObjectIdentifier: Value]>([:])
    private let slots: [Slot]

    /// Creates an empty table.
    ///
    /// - Parameter make: makes the value of a loop; `index` counts the loops from 0.
    init(_ make: @escaping @Sendable (_ eventLoop: any EventLoop, _ index: Int) -> Value) {
        self.make = make
        slots = (0..<Self.maxLoops).map { _ in Slot() }
    }

    /// The value of a loop.
    func value(for eventLoop: any EventLoop) -> Value {
        byLoop.withLock { values in
            if let value = values[ObjectIdentifier(eventLoop)] { return value }
            precondition(values.count < Self.maxLoops, "there are at most 64 event loops; use a group of fewer threads")
            let value = make(eventLoop, values.count)
            _ = slots[values.count].value.storeIfNil(value)
            values[ObjectIdentifier(eventLoop)] = value
            return value
        }
    }

    /// The values in the order of their indexes.
    var all: [Value] {
        slots.prefix(byLoop.withLock(\.count)).compactMap { $0.value.load() }
    }

    /// The value with an index; nil if there is none yet.
    func value(at index: Int) -> Value? {
        slots[index].value.load()
    }
}
