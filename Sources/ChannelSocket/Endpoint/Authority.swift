/// `host[:port]` of a `Host` or `Origin` header field.
struct Authority {
    let host: Substring
    let port: Int?

    /// Parses text that has been put into lower case.
    init?(_ text: Substring) {
        let bytes = text.utf8
        let hostEnd: Substring.Index
        if bytes.first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            hostEnd = bytes.index(after: bracket)
        } else {
            hostEnd = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        }
        host = text[..<hostEnd]
        let rest = text[hostEnd...]
        if rest.isEmpty {
            port = nil
        } else {
            guard rest.first == ":", let number = UInt16(rest.dropFirst()) else { return nil }
            port = Int(number)
        }
        let isName = host.utf8.allSatisfy { byte in
            byte > UInt8(ascii: " ") && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "@") && byte < 0x7F
        }
        guard !host.isEmpty, isName else { return nil }
    }
}
