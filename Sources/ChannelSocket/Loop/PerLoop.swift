import NIOCore
import Synchronization

/// One value for each event loop, made when the loop is first seen.
///
/// A connection looks its value up once, when it opens, and keeps it: the lock is not on the message path.
final class PerLoop<Value: Sendable>: Sendable {
    private let make: @Sendable (_ eventLoop: any EventLoop, _ index: Int) -> Value
    private let values = Mutex<(byLoop: [ObjectIdentifier: Value], inOrder: [Value])>(([:], []))

    /// Creates an empty table.
    ///
    /// - Parameter make: makes the value of a loop; `index` counts the loops from 0.
    init(_ make: @escaping @Sendable (_ eventLoop: any EventLoop, _ index: Int) -> Value) {
        self.make = make
    }

    /// The value of a loop.
    func value(for eventLoop: any EventLoop) -> Value {
        values.withLock { values in
            if let value = values.byLoop[ObjectIdentifier(eventLoop)] { return value }
            let value = make(eventLoop, values.inOrder.count)
            values.byLoop[ObjectIdentifier(eventLoop)] = value
            values.inOrder.append(value)
            return value
        }
    }

    /// The values in the order of their indexes.
    var all: [Value] {
        values.withLock { $0.inOrder }
    }

    /// The value with an index.
    func value(at index: Int) -> Value {
        values.withLock { $0.inOrder[index] }
    }
}
