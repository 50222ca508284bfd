internal import Tracing

/// The identity of a span, as the W3C header `traceparent` carries it.
struct TraceParent: Hashable, Sendable {
    /// 32 hexadecimal digits, not all 0.
    let traceID: String
    /// 16 hexadecimal digits, not all 0.
    let spanID: String
    let isSampled: Bool

    init(traceID: String, spanID: String, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// Reads a header; nil if it is malformed, which is to be ignored.
    init?(header: String) {
        let fields = header.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count >= 4, Self.isHex(fields[0], 2), fields[0] != "ff", Self.isHex(fields[1], 32),
            Self.isHex(fields[2], 16), Self.isHex(fields[3], 2), fields[0] != "00" || fields.count == 4,
            fields[1].contains(where: { $0 != "0" }), fields[2].contains(where: { $0 != "0" }),
            let flags = UInt8(fields[3], radix: 16)
        else { return nil }
        self.init(traceID: String(fields[1]), spanID: String(fields[2]), isSampled: flags & 1 == 1)
    }

    /// The header.
    var header: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    /// Random hexadecimal digits.
    static func randomID(digits: Int) -> String {
        // Not all 0, which would be no identity.
        let first = String(UInt64.random(in: 1...UInt64.max), radix: 16)
        let rest = digits > 16 ? String(UInt64.random(in: 0...UInt64.max), radix: 16) : ""
        return [first, rest].filter { !$0.isEmpty }
            .map { String(repeating: "0", count: 16 - $0.count) + $0 }
            .joined()
    }

    private static func isHex(_ text: Substring, _ length: Int) -> Bool {
        text.utf8.count == length
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }
}

extension ServiceContext {
    private enum TraceParentKey: ServiceContextKey {
        typealias Value = TraceParent
    }

    /// The span that is running, or the client's.
    var traceParent: TraceParent? {
        get { self[TraceParentKey.self] }
        set { self[TraceParentKey.self] = newValue }
    }
}
