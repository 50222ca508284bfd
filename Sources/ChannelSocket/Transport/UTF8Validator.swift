/// Checks UTF-8 that arrives in pieces, failing at the first byte that cannot be part of valid text.
///
/// Refuses overlong forms, surrogates and values above U+10FFFF.
/// Source: the table of well-formed byte sequences in Unicode §3.9, RFC 3629 §4.
package struct UTF8Validator: Sendable {
    /// How many continuation bytes the current character still needs.
    private var missing: UInt8 = 0
    /// What the next continuation byte may be; narrower than 0x80...0xBF after some first bytes.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Creates a validator at the beginning of a text.
    package init() {}

    /// Whether the bytes so far end with a complete character.
    package var isComplete: Bool { missing == 0 }

    /// Checks the next piece.
    ///
    /// - Parameter bytes: what follows the bytes checked before.
    /// - Returns: false if the text can no longer be valid; the validator must not be used further then.
    package mutating func validate(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            if missing == 0 {
                index = Self.skipASCII(bytes, from: index)
                guard index < bytes.count else { break }
                guard begin(bytes[index]) else { return false }
            } else {
                guard (lowest...highest).contains(bytes[index]) else { return false }
                missing -= 1
                lowest = 0x80
                highest = 0xBF
            }
            index += 1
        }
        return true
    }

    /// Takes a byte that begins a character of more than one byte.
    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xC2...0xDF:
            missing = 1
        case 0xE0...0xEF:
            missing = 2
            if byte == 0xE0 { lowest = 0xA0 }
            if byte == 0xED { highest = 0x9F }
        case 0xF0...0xF4:
            missing = 3
            if byte == 0xF0 { lowest = 0x90 }
            if byte == 0xF4 { highest = 0x8F }
        default:
            return false
        }
        return true
    }

    /// Finds the next byte that is not ASCII, eight bytes at a time.
    private static func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard word & 0x8080_8080_8080_8080 == 0 else { break }
            index += 8
        }
        while index < bytes.count, bytes[index] < 0x80 {
            index += 1
        }
        return index
    }
}
