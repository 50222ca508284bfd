import ChannelSocketTesting
import Foundation

extension Dialogue.Expected {
    /// What Phoenix answers with 1011 (an internal error) for lack of a better code may be closed with one of these.
    private static let codesForUndecodable: Set<UInt16> = [1002, 1003, 1007, 1008, 1011]

    /// Whether a received event is this one, `phx_ref` values aside.
    func matches(_ event: TestWebSocketEvent) -> Bool {
        var refs = PresenceRefs()
        return matches(event, &refs)
    }

    /// Whether an event is what is expected.
    ///
    /// JSON is compared by value, so the order of keys and the way numbers are written do not matter; a close code by
    /// meaning; all else byte by byte.
    ///
    /// - Parameters:
    ///   - event: what came.
    ///   - refs: the `phx_ref` values seen so far in the dialogue.
    func matches(_ event: TestWebSocketEvent, _ refs: inout PresenceRefs) -> Bool {
        switch event {
        case .text(let got):
            guard let text else { return false }
            guard let expected = try? JSONValue(parsing: text), let got = try? JSONValue(parsing: got) else {
                return text == got
            }
            return refs.match(expected, got)
        case .binary(let got): return hex == got.hexadecimal
        case .pong(let got): return pong == got.hexadecimal
        case .close(let code, let gotReason):
            guard let close, let code else { return false }
            if close == 1011 { return Self.codesForUndecodable.contains(code) }
            // A reason text is welcome where something went wrong, but must not be invented for a normal close.
            return code == close && (close != 1000 || gotReason == reason ?? "")
        case .ping, .violation, .end: return false
        }
    }

    /// What is expected, for people.
    var summary: String {
        if let text { return "text \(text.prefix(400))" }
        if let hex { return "binary \(hex.prefix(400))" }
        if let pong { return "pong \(pong)" }
        return "close \(close.map(String.init) ?? "?")"
    }
}

extension TestWebSocketEvent {
    /// What came, for people.
    var summary: String {
        switch self {
        case .text(let text): "text \(text.prefix(400))"
        case .binary(let bytes): "binary \(bytes.hexadecimal.prefix(400))"
        case .ping(let bytes): "ping \(bytes.hexadecimal)"
        case .pong(let bytes): "pong \(bytes.hexadecimal)"
        case .close(let code, let reason): "close \(code.map(String.init) ?? "without code") '\(reason)'"
        case .violation(let what): "a violation of RFC 6455: \(what)"
        case .end: "the end of the connection"
        }
    }
}

extension Collection<UInt8> {
    /// The bytes in hexadecimal, lower case.
    var hexadecimal: String { map { String(format: "%02x", $0) }.joined() }
}

extension [UInt8] {
    /// Reads bytes from hexadecimal digits; nil if they are none.
    init?(hexadecimal: String) {
        let digits = [Character](hexadecimal)
        guard digits.count.isMultiple(of: 2) else { return nil }
        self = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(digits[start..<start + 2]), radix: 16) else { return nil }
            append(byte)
        }
    }
}
