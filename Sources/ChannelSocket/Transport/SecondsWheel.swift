/// Something that waits in a ``SecondsWheel``.
protocol SecondsWheelElement: AnyObject {
    /// Where it waits; kept by the wheel, -1 when it does not.
    var wheelSlot: Int32 { get set }
    /// Its position in the slot; kept by the wheel.
    var wheelIndex: Int32 { get set }
}

/// Elements in the order of the second in which somebody has to look at them.
///
/// Putting in, taking out and finding those that are due cost O(1) each, and those that wait cost nothing: a slot for
/// each of the next seconds holds what is due then, and what is due later than there are slots is looked at in between.
struct SecondsWheel<Element: SecondsWheelElement> {
    static var slotCount: UInt32 { 64 }

    private var slots = [ContiguousArray<Element>](repeating: [], count: Int(slotCount))
    /// The last second that was taken out.
    private(set) var now: UInt32 = 0
    /// How many elements wait.
    private(set) var count = 0

    /// Puts an element in that does not wait.
    ///
    /// - Parameters:
    ///   - element: the element.
    ///   - second: when it is due; the next second if that is over.
    mutating func insert(_ element: Element, at second: UInt32) {
        let second = min(max(second, now + 1), now + Self.slotCount - 1)
        let slot = Int(second % Self.slotCount)
        element.wheelSlot = Int32(slot)
        element.wheelIndex = Int32(slots[slot].count)
        slots[slot].append(element)
        count += 1
    }

    /// Takes an element out if it waits.
    mutating func remove(_ element: Element) {
        guard element.wheelSlot >= 0 else { return }
        let (slot, index) = (Int(element.wheelSlot), Int(element.wheelIndex))
        precondition(slots[slot][index] === element, "an element is removed from the wheel it was put into")
        let last = slots[slot].count - 1
        slots[slot][index] = slots[slot][last]
        slots[slot][index].wheelIndex = element.wheelIndex
        slots[slot].removeLast()
        element.wheelSlot = -1
        count -= 1
    }

    /// Takes those out that are due.
    ///
    /// - Parameter second: the time, at least ``now``.
    /// - Returns: the elements, which no longer wait.
    mutating func advance(to second: UInt32) -> [Element] {
        var due: [Element] = []
        // After a pause of more than all slots each of them is visited once.
        for step in 0..<min(second - now, Self.slotCount) {
            let slot = Int((second - step) % Self.slotCount)
            for element in slots[slot] { element.wheelSlot = -1 }
            due += slots[slot]
            slots[slot] = []
        }
        now = second
        count -= due.count
        return due
    }
}
