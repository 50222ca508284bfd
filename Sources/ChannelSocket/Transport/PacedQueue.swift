import NIOCore

/// Hands out what is queued evenly over a time: who is told to come back must not come back all at once.
///
/// Pure: the owner calls ``next(now:)`` every ``step`` while there is something left.
struct PacedQueue<Element> {
    /// The time between two batches.
    static var step: TimeAmount { .milliseconds(50) }

    private var elements = CircularBuffer<Element>()
    private var deadline = NIODeadline.uptimeNanoseconds(0)

    /// Whether nothing is left.
    var isEmpty: Bool { elements.isEmpty }

    /// Queues an element.
    ///
    /// - Parameters:
    ///   - element: the element.
    ///   - window: the time over which to spread what is in the queue; when it differs, the longest counts.
    ///   - now: the time.
    mutating func append(_ element: Element, within window: TimeAmount, now: NIODeadline) {
        deadline = max(deadline, now + window)
        elements.append(element)
    }

    /// Takes the next batch, at least one element.
    ///
    /// - Parameter now: the time.
    /// - Returns: so many that as many again at every step have the queue empty when the window ends.
    mutating func next(now: NIODeadline) -> [Element] {
        let left = deadline > now ? (deadline - now).nanoseconds : 0
        let steps = Int(left / Self.step.nanoseconds) + 1
        let count = (elements.count + steps - 1) / steps
        let batch = Array(elements.prefix(count))
        elements.removeFirst(count)
        return batch
    }
}
