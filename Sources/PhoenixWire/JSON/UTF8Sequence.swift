/// Checks UTF-8 as the Unicode standard's table 3-7 defines it: no overlong forms, no surrogates, no values past
/// U+10FFFF.
enum UTF8Sequence {
    /// The length of the well-formed multi-byte sequence at the index, nil if there is none.
    ///
    /// - Parameters:
    ///   - index: the index of a byte of 0x80 or more.
    ///   - bytes: the bytes.
    /// - Returns: 2 to 4, or nil.
    static func length(at index: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        let lead = bytes[index]
        let remaining = bytes.count &- index
        switch lead {
        case 0xC2...0xDF:
            guard remaining >= 2, isContinuation(bytes[index &+ 1]) else { return nil }
            return 2
        case 0xE0...0xEF:
            guard remaining >= 3, isContinuation(bytes[index &+ 2]) else { return nil }
            let lower: UInt8 = lead == 0xE0 ? 0xA0 : 0x80
            let upper: UInt8 = lead == 0xED ? 0x9F : 0xBF
            return bytes[index &+ 1] >= lower && bytes[index &+ 1] <= upper ? 3 : nil
        case 0xF0...0xF4:
            guard remaining >= 4, isContinuation(bytes[index &+ 2]), isContinuation(bytes[index &+ 3]) else {
                return nil
            }
            let lower: UInt8 = lead == 0xF0 ? 0x90 : 0x80
            let upper: UInt8 = lead == 0xF4 ? 0x8F : 0xBF
            return bytes[index &+ 1] >= lower && bytes[index &+ 1] <= upper ? 4 : nil
        default:
            return nil
        }
    }

    /// Whether all bytes are well-formed UTF-8.
    static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            if bytes[index] < 0x80 {
                index &+= 1
            } else {
                guard let length = length(at: index, in: bytes) else { return false }
                index &+= length
            }
        }
        return true
    }

    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
