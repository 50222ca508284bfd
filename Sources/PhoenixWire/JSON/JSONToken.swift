/// Where one scanned JSON value lies.
struct JSONToken {
    /// The index of its first byte.
    var start: Int
    /// The index after its last byte.
    var end: Int
    /// Whether the value is a string with escapes.
    var isEscapedString = false
    /// Whether an object in it may have two members of one name; exact only when false.
    var mayRepeatKeys = false

    /// The number of bytes.
    var count: Int { end &- start }
}
