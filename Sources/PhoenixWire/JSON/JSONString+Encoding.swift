extension JSONString {
    /// How many bytes the text takes as a string literal, quotes included.
    @inline(__always)
    static func encodedSize(of text: String) -> Int {
        var text = text
        return text.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            let plain = plainPrefix(of: bytes)
            return plain == bytes.count ? plain &+ 2 : encodedSize(of: bytes, after: plain)
        }
    }

    @inline(never)
    private static func encodedSize(of bytes: UnsafeRawBufferPointer, after plain: Int) -> Int {
        bytes[plain...].reduce(plain + 2) { size, byte in
            needsEscape(byte) ? size + (shortEscape(of: byte) == nil ? 6 : 2) : size + 1
        }
    }

    /// How many bytes at the start need no escape.
    @inline(__always)
    static func plainPrefix(of bytes: UnsafeRawBufferPointer) -> Int {
        var index = 0
        while index &+ 8 <= bytes.count {
            let escaped = JSONWord.escaped(JSONWord.load(bytes, at: index))
            if escaped != 0 { return index &+ escaped.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < bytes.count, !needsEscape(bytes[index]) {
            index &+= 1
        }
        return index
    }

    /// Whether the byte may not stand for itself in a string literal.
    @inline(__always)
    static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// The letter that follows the backslash in the short escape of a byte, nil if the byte has none.
    static func shortEscape(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        default: nil
        }
    }

    /// The literal of the text, quotes included.
    static func encode(_ text: String) -> String {
        String(unsafeUninitializedCapacity: encodedSize(of: text)) { space in
            var writer = MessageWriter(UnsafeMutableRawBufferPointer(space))
            writer.writeString(text)
            return writer.count
        }
    }
}
