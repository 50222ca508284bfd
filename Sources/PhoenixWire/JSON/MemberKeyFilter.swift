/// Notices, cheaply, that an object may have two members of one name.
///
/// A small open-addressing table of 32-bit fingerprints over the keys of all objects of a message. It never misses
/// a repetition; it may raise a false alarm (equal fingerprints, or more keys than the table holds), which costs a
/// look by ``RepeatedMembers``. Its size is fixed, so no input makes it slow.
struct MemberKeyFilter {
    private static let slots = 64
    private static let probes = 8

    private var fingerprints = InlineArray<64, UInt32>(repeating: 0)

    /// Adds the key of an object.
    ///
    /// - Parameters:
    ///   - start: the index of the key's first byte, after the quote.
    ///   - end: the index of the closing quote.
    ///   - bytes: the message.
    ///   - object: a number that no other object of the message has.
    /// - Returns: false if the object has, for all the filter knows, no other such key.
    @inline(__always)
    mutating func insert(from start: Int, to end: Int, in bytes: UnsafeRawBufferPointer, object: UInt32) -> Bool {
        let fingerprint = Self.fingerprint(from: start, to: end, in: bytes, object: object)
        var slot = Int(truncatingIfNeeded: fingerprint) & (Self.slots &- 1)
        for _ in 0..<Self.probes {
            let found = fingerprints[slot]
            if found == 0 {
                fingerprints[slot] = fingerprint
                return false
            }
            if found == fingerprint { return true }
            slot = (slot &+ 1) & (Self.slots &- 1)
        }
        return true
    }

    /// A hash of the key and its object, never 0.
    @inline(__always)
    private static func fingerprint(
        from start: Int,
        to end: Int,
        in bytes: UnsafeRawBufferPointer,
        object: UInt32
    ) -> UInt32 {
        let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
        var hash = (UInt64(object) &+ 1) &* factor ^ UInt64(truncatingIfNeeded: end &- start)
        var index = start
        while index &+ 8 <= end {
            hash = (hash ^ JSONWord.load(bytes, at: index)) &* factor
            hash ^= hash >> 29
            index &+= 8
        }
        if index < end {
            hash = (hash ^ tail(from: index, to: end, in: bytes)) &* factor
        }
        hash ^= hash >> 32
        return UInt32(truncatingIfNeeded: hash) | 1 << 31
    }

    /// The last one to seven bytes of a key, in the high bytes of a word.
    @inline(__always)
    private static func tail(from start: Int, to end: Int, in bytes: UnsafeRawBufferPointer) -> UInt64 {
        let unused = UInt64(truncatingIfNeeded: 64 &- 8 &* (end &- start))
        if start &+ 8 <= bytes.count {
            return JSONWord.load(bytes, at: start) << unused
        }
        var word: UInt64 = 0
        for index in start..<end {
            word = word >> 8 | UInt64(bytes[index]) << 56
        }
        return word
    }
}
