/// How a connection ended.
struct ConnectionEnd: Equatable, CustomStringConvertible {
    /// The code of the server's close frame; nil if it sent none.
    var code: UInt16?
    /// The reason of that frame, or what went wrong.
    var reason: String

    /// Whether the server wants this to be the end: phoenix.js does not come back after a normal closure.
    var isFinal: Bool { code == 1000 }

    var description: String {
        let words = reason.isEmpty ? "" : " (\(reason))"
        guard let code else { return "the connection was lost\(words)" }
        return "the server closed the connection with code \(code)\(words)"
    }
}
