extension JSONScanner {
    /// Skips the string whose opening quote is at the position.
    ///
    /// - Returns: whether the string has escapes.
    @inline(__always)
    mutating func scanString() throws(WireError) -> Bool {
        var isEscaped = false
        position &+= 1
        while true {
            while position &+ 8 <= bytes.count {
                let special = JSONWord.special(JSONWord.load(bytes, at: position))
                guard special == 0 else {
                    position &+= special.trailingZeroBitCount &>> 3
                    break
                }
                position &+= 8
            }
            guard position < bytes.count else { throw malformed() }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position &+= 1
                return isEscaped
            case UInt8(ascii: "\\"):
                isEscaped = true
                try scanEscape()
            case 0x80...:
                try scanMultiByteCharacters()
            case ..<0x20:
                throw malformed()
            default:
                position &+= 1
            }
        }
    }

    /// Skips a number or a literal.
    @inline(__always)
    mutating func scanScalar() throws(WireError) {
        switch next {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try scanNumber()
        case UInt8(ascii: "t"): try scanLiteral("true")
        case UInt8(ascii: "f"): try scanLiteral("false")
        case UInt8(ascii: "n"): try scanLiteral("null")
        default: throw malformed()
        }
    }

    private mutating func scanLiteral(_ literal: StaticString) throws(WireError) {
        let end = position &+ literal.utf8CodeUnitCount
        guard end <= bytes.count else { throw malformed() }
        for offset in 0..<literal.utf8CodeUnitCount where bytes[position &+ offset] != literal.utf8Start[offset] {
            throw malformed()
        }
        position = end
    }

    private mutating func scanNumber() throws(WireError) {
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) {
            try scanDigits()
        }
        if take(UInt8(ascii: ".")) {
            try scanDigits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) {
                _ = take(UInt8(ascii: "-"))
            }
            try scanDigits()
        }
    }

    /// Skips one or more digits.
    @inline(__always)
    private mutating func scanDigits() throws(WireError) {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") <= 9 {
            position &+= 1
        }
        guard position > start else { throw malformed() }
    }

    /// Skips the escape whose backslash is at the position; a surrogate only together with its other half.
    @inline(never)
    private mutating func scanEscape() throws(WireError) {
        position &+= 1
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position &+= 1
        case UInt8(ascii: "u"):
            position &+= 1
            switch try scanFourHexDigits() {
            case 0xD800...0xDBFF:
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")),
                    case 0xDC00...0xDFFF = try scanFourHexDigits()
                else { throw malformed() }
            case 0xDC00...0xDFFF:
                throw malformed()
            default:
                break
            }
        default:
            throw malformed()
        }
    }

    private mutating func scanFourHexDigits() throws(WireError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = JSONString.hexValue(of: next) else { throw malformed() }
            value = value << 4 | digit
            position &+= 1
        }
        return value
    }

    /// Skips the run of characters that are not ASCII at the position.
    @inline(never)
    private mutating func scanMultiByteCharacters() throws(WireError) {
        repeat {
            guard let length = UTF8Sequence.length(at: position, in: bytes) else {
                throw WireError(.invalidUTF8, "invalid UTF-8 at byte \(position)")
            }
            position &+= length
        } while position < bytes.count && bytes[position] >= 0x80
    }
}
