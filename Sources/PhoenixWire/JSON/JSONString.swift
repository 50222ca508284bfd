/// JSON string literals: decoding escapes and writing them.
enum JSONString {
    /// The text of a string literal that has been validated.
    ///
    /// - Parameter bytes: what is between the quotes.
    /// - Returns: the text.
    static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        bytes.contains(UInt8(ascii: "\\")) ? decode(bytes) : String(decoding: bytes, as: UTF8.self)
    }

    /// The text of a string literal that has been validated and has escapes.
    ///
    /// - Parameter bytes: what is between the quotes.
    /// - Returns: the text.
    static func decode(_ bytes: UnsafeRawBufferPointer) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
                decoded.append(bytes[index])
                index += 1
                continue
            }
            let escape = bytes[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): decoded.append(0x08)
            case UInt8(ascii: "f"): decoded.append(0x0C)
            case UInt8(ascii: "n"): decoded.append(0x0A)
            case UInt8(ascii: "r"): decoded.append(0x0D)
            case UInt8(ascii: "t"): decoded.append(0x09)
            case UInt8(ascii: "u"): appendScalar(from: bytes, at: &index, to: &decoded)
            default: decoded.append(escape)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    /// Appends the character of the four hexadecimal digits at the index, and of the surrogate after them.
    private static func appendScalar(from bytes: UnsafeRawBufferPointer, at index: inout Int, to out: inout [UInt8]) {
        var value = hexValue(at: index, in: bytes)
        index += 4
        if (0xD800...0xDBFF).contains(value), index + 6 <= bytes.count {
            value = 0x10000 + (value & 0x3FF) << 10 + hexValue(at: index + 2, in: bytes) & 0x3FF
            index += 6
        }
        out.append(contentsOf: String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
    }

    private static func hexValue(at index: Int, in bytes: UnsafeRawBufferPointer) -> UInt32 {
        var value: UInt32 = 0
        for offset in index..<min(index + 4, bytes.count) {
            value = value << 4 | (hexValue(of: bytes[offset]) ?? 0)
        }
        return value
    }

    /// The value of a hexadecimal digit, nil for any other byte.
    static func hexValue(of byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte) - 0x57
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte) - 0x37
        default: nil
        }
    }
}
