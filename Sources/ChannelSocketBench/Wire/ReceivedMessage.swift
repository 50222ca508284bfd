#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The five parts of a V2 message, as ranges of its bytes.
///
/// The scan finds where the parts begin and end and checks no more: the payload is not looked at, escapes are not
/// resolved.
struct ReceivedMessage {
    let bytes: UnsafeRawBufferPointer
    private(set) var ref: Range<Int> = 0..<0
    private(set) var topic: Range<Int> = 0..<0
    private(set) var event: Range<Int> = 0..<0
    private(set) var payload: Range<Int> = 0..<0

    /// Scans a text message; nil if it is no array of five.
    ///
    /// Strings are without their quotes, and so is `ref` when it is one.
    ///
    /// - Parameter bytes: the message.
    init?(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        var scan = Scan(bytes: bytes)
        guard scan.take(UInt8(ascii: "[")), scan.word() != nil, scan.take(UInt8(ascii: ",")),
            let ref = scan.word(), scan.take(UInt8(ascii: ",")),
            let topic = scan.word(), scan.take(UInt8(ascii: ",")),
            let event = scan.word(), scan.take(UInt8(ascii: ",")),
            let end = bytes.lastIndex(of: UInt8(ascii: "]")), end >= scan.offset
        else { return nil }
        self.ref = ref
        self.topic = topic
        self.event = event
        payload = scan.offset..<end
    }

    /// The ref, where it is a number or a string of digits.
    var number: UInt64? {
        var scan = Scan(bytes: bytes, offset: ref.lowerBound)
        return scan.digits()
    }

    /// Whether the payload says that a push was refused.
    var isError: Bool {
        text(payload).contains(#""status":"error""#)
    }

    /// Compares a part.
    ///
    /// - Parameters:
    ///   - part: its range.
    ///   - expected: the bytes to compare it with.
    /// - Returns: whether they are the same.
    func equal(_ part: Range<Int>, _ expected: [UInt8]) -> Bool {
        expected.withUnsafeBytes { expected in
            guard part.count == expected.count else { return false }
            guard let left = bytes.baseAddress, let right = expected.baseAddress else { return true }
            return memcmp(left + part.lowerBound, right, part.count) == 0
        }
    }

    /// A part as text, for messages to people.
    ///
    /// - Parameter part: its range.
    /// - Returns: the text.
    func text(_ part: Range<Int>) -> String {
        String(decoding: bytes[part], as: UTF8.self)
    }
}
