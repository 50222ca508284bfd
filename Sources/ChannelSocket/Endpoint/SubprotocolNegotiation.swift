/// The outcome of a client's `Sec-WebSocket-Protocol` header when the endpoint takes auth tokens from it.
///
/// phoenix.js' `authToken` sends `phoenix, base64url.bearer.phx.TOKEN`, as browsers cannot set other headers.
///
/// Source: `Phoenix.Transports.WebSocket.maybe_auth_token_from_header`, `Phoenix.Socket.Transport.check_subprotocols`.
struct SubprotocolNegotiation: Hashable, Sendable {
    /// The only subprotocol there is.
    static let subprotocol = "phoenix"
    private static let tokenPrefix = "base64url.bearer.phx."

    /// What to answer in `Sec-WebSocket-Protocol`; nil if the client offered nothing but a token, or nothing.
    let selected: String?
    /// The token, if there is exactly one.
    let authToken: String?

    /// Negotiates; nil if the client must be refused (403): it offered only subprotocols that do not exist here, or
    /// its token is not Base64 of UTF-8 text.
    ///
    /// - Parameter fields: the values of all `Sec-WebSocket-Protocol` fields.
    init?(fields: [String]) {
        let offers = fields.flatMap { field in field.split { $0 == "," || $0 == " " || $0 == "\t" } }
        let tokens = offers.filter { $0.hasPrefix(Self.tokenPrefix) }
        if tokens.count == 1 {
            guard let bytes = Self.decodeBase64(tokens[0].dropFirst(Self.tokenPrefix.count)),
                let token = String(validating: bytes, as: UTF8.self)
            else { return nil }
            authToken = token
        } else {
            authToken = nil
        }
        let others = tokens.count == 1 ? offers.count - 1 : offers.count
        selected = offers.contains { $0 == Self.subprotocol } ? Self.subprotocol : nil
        guard selected != nil || others == 0 else { return nil }
    }

    /// Decodes Base64 of either alphabet: the prefix says base64url, but phoenix.js uses `btoa`.
    private static func decodeBase64(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount = 0
        let digits = text.utf8.prefix { $0 != UInt8(ascii: "=") }
        guard text.utf8.count - digits.count <= 2, digits.count % 4 != 1,
            text.utf8.dropFirst(digits.count).allSatisfy({ $0 == UInt8(ascii: "=") })
        else { return nil }
        for digit in digits {
            guard let value = base64Value(digit) else { return nil }
            bits = bits << 6 | value
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
            }
        }
        return bytes
    }

    private static func base64Value(_ digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
