/// The keys of the objects of a message, each exact and together with its object.
///
/// An open-addressing table that refers to the keys where they lie in the message. The hash is Swift's, which is
/// seeded at random in each process, so that nobody can send keys that make it slow.
struct MemberKeySet {
    /// A key, without its quotes; a free slot has object 0.
    private struct Slot {
        var hash: UInt32 = 0
        var object: UInt32 = 0
        var start: UInt32 = 0
        var end: UInt32 = 0
    }

    private let bytes: UnsafeRawBufferPointer
    private var slots = [Slot](repeating: Slot(), count: 64)
    private var count = 0

    /// Creates an empty set.
    ///
    /// - Parameter bytes: the message, valid JSON.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Adds a key.
    ///
    /// - Parameters:
    ///   - range: where the key lies, without its quotes.
    ///   - object: the number of its object, not 0.
    /// - Returns: false if the object has that key already.
    mutating func insert(_ range: Range<Int>, object: Int) -> Bool {
        if count * 4 >= slots.count * 3 {
            grow()
        }
        let key = Slot(
            hash: hash(range, object: object),
            object: UInt32(truncatingIfNeeded: object),
            start: UInt32(truncatingIfNeeded: range.lowerBound),
            end: UInt32(truncatingIfNeeded: range.upperBound)
        )
        var index = Int(key.hash) & (slots.count - 1)
        while slots[index].object != 0 {
            let found = slots[index]
            if found.hash == key.hash, found.object == key.object, isSameName(found, key) { return false }
            index = (index + 1) & (slots.count - 1)
        }
        slots[index] = key
        count += 1
        return true
    }

    private mutating func grow() {
        var larger = [Slot](repeating: Slot(), count: slots.count * 4)
        for slot in slots where slot.object != 0 {
            var index = Int(slot.hash) & (larger.count - 1)
            while larger[index].object != 0 {
                index = (index + 1) & (larger.count - 1)
            }
            larger[index] = slot
        }
        slots = larger
    }

    private func hash(_ range: Range<Int>, object: Int) -> UInt32 {
        var hasher = Hasher()
        hasher.combine(object)
        let name = UnsafeRawBufferPointer(rebasing: bytes[range])
        if isEscaped(name) {
            var name = JSONString.decode(name)
            name.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        } else {
            hasher.combine(bytes: name)
        }
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }

    private func isSameName(_ left: Slot, _ right: Slot) -> Bool {
        let left = UnsafeRawBufferPointer(rebasing: bytes[Int(left.start)..<Int(left.end)])
        let right = UnsafeRawBufferPointer(rebasing: bytes[Int(right.start)..<Int(right.end)])
        if isEscaped(left) || isEscaped(right) {
            return JSONString.text(left).hasSameBytes(as: JSONString.text(right))
        }
        return left.elementsEqual(right)
    }

    private func isEscaped(_ name: UnsafeRawBufferPointer) -> Bool {
        name.contains(UInt8(ascii: "\\"))
    }
}
