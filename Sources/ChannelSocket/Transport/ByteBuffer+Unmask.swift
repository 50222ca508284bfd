import NIOCore

extension ByteBuffer {
    /// Moves bytes over from another buffer, taking the mask off.
    ///
    /// The source's storage stays untouched: it may be shared with other reads of the event loop.
    ///
    /// - Parameters:
    ///   - source: where to read.
    ///   - count: how many bytes to move; no more than `source` has.
    ///   - key: the masking key for the first of these bytes, its first byte in the lowest bits.
    /// - Returns: whether all bytes moved are ASCII.
    mutating func writeUnmasked(_ source: inout ByteBuffer, count: Int, key: UInt32) -> Bool {
        let wideKey = UInt64(key) << 32 | UInt64(key)
        var seen: UInt64 = 0
        source.readWithUnsafeReadableBytes { from in
            writeWithUnsafeMutableBytes(minimumWritableBytes: count) { to in
                var index = 0
                while index + 8 <= count {
                    let masked = UInt64(littleEndian: from.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                    let plain = masked ^ wideKey
                    seen |= plain
                    to.storeBytes(of: plain.littleEndian, toByteOffset: index, as: UInt64.self)
                    index += 8
                }
                while index < count {
                    let plain = from[index] ^ UInt8(truncatingIfNeeded: key >> UInt32((index & 3) * 8))
                    seen |= UInt64(plain)
                    to[index] = plain
                    index += 1
                }
                return count
            }
        }
        return seen & 0x8080_8080_8080_8080 == 0
    }
}
