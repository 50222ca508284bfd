/// Why a WebSocket connection has to be failed.
///
/// Source: RFC 6455 §7.1.7 and §7.4.1.
package struct WebSocketError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The close code that tells the peer what it did wrong.
    package var closeCode: UInt16
    /// A short text for the close frame and the log; at most 123 bytes, contains nothing the peer sent.
    package var reason: String

    /// Creates an error.
    package init(closeCode: UInt16, reason: String) {
        self.closeCode = closeCode
        self.reason = reason
    }

    /// The code and the reason.
    package var description: String { "\(closeCode) \(reason)" }

    /// The peer broke a rule of the protocol (1002).
    static func protocolError(_ reason: String) -> WebSocketError {
        WebSocketError(closeCode: 1002, reason: reason)
    }

    /// Text or a close reason is not UTF-8 (1007).
    static let invalidUTF8 = WebSocketError(closeCode: 1007, reason: "invalid UTF-8")

    /// A message is longer than the limit (1009).
    static let messageTooBig = WebSocketError(closeCode: 1009, reason: "message too big")

    /// A message comes in more frames than the limit (1008).
    static let tooManyFragments = WebSocketError(closeCode: 1008, reason: "too many fragments")
}
