#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A place in the bytes of a JSON text.
struct Scan {
    let bytes: UnsafeRawBufferPointer
    var offset = 0

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// Skips a byte and the white space before it, if it is the next.
    mutating func take(_ byte: UInt8) -> Bool {
        while offset < bytes.count, bytes[offset] == UInt8(ascii: " ") { offset += 1 }
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    /// Reads a string, or a word such as `null` or a number.
    mutating func word() -> Range<Int>? {
        if take(Self.quote) { return string() }
        let start = offset
        while offset < bytes.count, bytes[offset] != UInt8(ascii: ","), bytes[offset] != UInt8(ascii: "}") {
            offset += 1
        }
        return start..<offset
    }

    /// Reads a number without sign, fraction or exponent, and the white space before it.
    mutating func digits() -> UInt64? {
        while offset < bytes.count, bytes[offset] == UInt8(ascii: " ") { offset += 1 }
        let start = offset
        var value: UInt64 = 0
        while offset < bytes.count, case let digit = bytes[offset] &- UInt8(ascii: "0"), digit < 10 {
            value = value &* 10 &+ UInt64(digit)
            offset += 1
        }
        return offset > start ? value : nil
    }

    /// Reads to the end of a string whose quote has been taken.
    private mutating func string() -> Range<Int>? {
        let start = offset
        while offset < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + offset, Int32(Self.quote), bytes.count - offset)
        {
            let end = UnsafeRawPointer(found) - base
            offset = end + 1
            var escapes = 0
            while end - escapes > start, bytes[end - escapes - 1] == Self.backslash { escapes += 1 }
            if escapes.isMultiple(of: 2) { return start..<end }
        }
        return nil
    }
}
