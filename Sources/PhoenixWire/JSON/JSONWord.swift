/// Tests eight bytes at once, loaded as a little-endian word.
enum JSONWord {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The high bits of those bytes that end a run of plain ASCII in a JSON string: quote, backslash, control
    /// characters and everything that is not ASCII.
    ///
    /// Only the lowest bit that is set is exact: borrows can raise bits above it.
    @inline(__always)
    static func special(_ word: UInt64) -> UInt64 {
        escaped(word) | (word & highs)
    }

    /// The high bits of those bytes that must be escaped in a JSON string: quote, backslash, control characters.
    ///
    /// Only the lowest bit that is set is exact: borrows can raise bits above it.
    @inline(__always)
    static func escaped(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let isQuote = (quote &- ones) & ~quote
        let isBackslash = (backslash &- ones) & ~backslash
        let isControl = (word &- (ones &* 0x20)) & ~word
        return (isQuote | isBackslash | isControl) & highs
    }

    /// The word at the index, lowest byte first.
    @inline(__always)
    static func load(_ bytes: UnsafeRawBufferPointer, at index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }
}
