/// Notices that an object may have two members of one name.
///
/// Holds 32-bit fingerprints of the keys of all objects of a message in an open-addressing table. It never misses a
/// repetition; equal fingerprints of different keys are a false alarm, which costs a look by ``RepeatedMembers``.
/// Someone who crafts such keys gains no more than that: probing is bounded, and the table grows only while it is
/// well filled.
struct MemberKeyFilter {
    private static let smallSlots = 32
    private static let maxSlots = 1 << 17
    private static let probes = 16

    /// The table of messages with few keys, which needs no allocation; 0 is a free slot.
    private var small = InlineArray<32, UInt32>(repeating: 0)
    /// The table of other messages, empty until it is needed.
    private var large: [UInt32] = []
    private var count = 0

    /// Adds the key of an object.
    ///
    /// - Parameters:
    ///   - start: the index of the key's first byte, after the quote.
    ///   - end: the index of the closing quote.
    ///   - bytes: the message.
    ///   - object: a number that no other object of the message has.
    /// - Returns: whether the object may have another such key.
    @inline(__always)
    mutating func insert(from start: Int, to end: Int, in bytes: UnsafeRawBufferPointer, object: UInt32) -> Bool {
        let fingerprint = Self.fingerprint(from: start, to: end, in: bytes, object: object)
        guard large.isEmpty else { return insertLarge(fingerprint) }
        var slot = Int(truncatingIfNeeded: fingerprint) & (Self.smallSlots &- 1)
        for _ in 0..<Self.probes {
            if small[slot] == 0 {
                small[slot] = fingerprint
                count &+= 1
                return false
            }
            if small[slot] == fingerprint { return true }
            slot = (slot &+ 1) & (Self.smallSlots &- 1)
        }
        return insertLarge(fingerprint)
    }

    @inline(never)
    private mutating func insertLarge(_ fingerprint: UInt32) -> Bool {
        while true {
            switch Self.insert(fingerprint, into: &large) {
            case .inserted:
                count &+= 1
                return false
            case .found:
                return true
            case .noRoom:
                guard grow() else { return true }
            }
        }
    }

    /// Makes the table larger, unless it has much room left or is as large as it may be.
    private mutating func grow() -> Bool {
        let old = large.isEmpty ? small.indices.map { small[$0] } : large
        var slots = old.count &* 4
        while slots <= Self.maxSlots, count &* 32 >= slots {
            var table = [UInt32](repeating: 0, count: slots)
            if old.allSatisfy({ $0 == 0 || Self.insert($0, into: &table) == .inserted }) {
                large = table
                return true
            }
            slots &*= 4
        }
        return false
    }

    private enum Insertion {
        case inserted, found, noRoom
    }

    private static func insert(_ fingerprint: UInt32, into table: inout [UInt32]) -> Insertion {
        let mask = table.count &- 1
        guard mask > 0 else { return .noRoom }
        var slot = Int(truncatingIfNeeded: fingerprint) & mask
        for _ in 0..<probes {
            let found = table[slot]
            if found == 0 {
                table[slot] = fingerprint
                return .inserted
            }
            if found == fingerprint { return .found }
            slot = (slot &+ 1) & mask
        }
        return .noRoom
    }

    /// A hash of the key and its object, never 0.
    @inline(__always)
    private static func fingerprint(
        from start: Int,
        to end: Int,
        in bytes: UnsafeRawBufferPointer,
        object: UInt32
    ) -> UInt32 {
        var hash = mix(UInt64(object) &+ 1, UInt64(truncatingIfNeeded: end &- start))
        var index = start
        while index &+ 8 <= end {
            hash = mix(hash, JSONWord.load(bytes, at: index))
            index &+= 8
        }
        if index < end {
            hash = mix(hash, tail(from: index, to: end, in: bytes))
        }
        return UInt32(truncatingIfNeeded: hash) | 1 << 31
    }

    @inline(__always)
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    /// The last one to seven bytes of a key as a word.
    @inline(__always)
    private static func tail(from start: Int, to end: Int, in bytes: UnsafeRawBufferPointer) -> UInt64 {
        if start &+ 8 <= bytes.count {
            let unused = UInt64(truncatingIfNeeded: 64 &- 8 &* (end &- start))
            return JSONWord.load(bytes, at: start) & (UInt64.max >> unused)
        }
        var word: UInt64 = 0
        for index in (start..<end).reversed() {
            word = word << 8 | UInt64(bytes[index])
        }
        return word
    }
}
