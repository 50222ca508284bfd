extension ConnectParams {
    /// The most parameters a query may have.
    static let maxCount = 1_000
    /// The most brackets the name of a parameter may have.
    static let maxDepth = 32

    /// Parses a query; nil if it is not UTF-8 after decoding, or beyond ``maxCount`` or ``maxDepth``.
    ///
    /// `+` is a space, and a percent sign that does not begin an escape stands for itself. A name without `=` has
    /// the value `""`. When a name is used as text, list and object, the use that began last counts.
    ///
    /// - Parameter query: the query without `?`.
    public init?(query: String) {
        var root = ConnectParamsGroup()
        var count = 0
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            count += 1
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard count <= Self.maxCount,
                let name = Self.decodeForm(parts[0]),
                let text = parts.count > 1 ? Self.decodeForm(parts[1]) : "",
                let path = Self.path(ofName: name)
            else { return nil }
            root.insert(text, at: path[...])
        }
        values = root.object
    }

    /// The names and brackets of a parameter's name; nil stands for `[]`.
    private static func path(ofName name: String) -> [String?]? {
        let bytes = name.utf8
        guard bytes.last == UInt8(ascii: "]"), let open = bytes.firstIndex(of: UInt8(ascii: "[")),
            open != bytes.startIndex
        else { return [name] }
        var path: [String?] = [String(name[..<open])]
        var rest = name[bytes.index(after: open)...].dropLast()
        while true {
            guard path.count <= maxDepth else { return nil }
            let end = rest.firstRange(of: "][")
            let key = rest[..<(end?.lowerBound ?? rest.endIndex)]
            path.append(key.isEmpty ? nil : String(key))
            guard let end else { return path }
            rest = rest[end.upperBound...]
        }
    }

    /// Decodes `application/x-www-form-urlencoded` text; nil if the outcome is not UTF-8.
    private static func decodeForm(_ encoded: Substring.UTF8View.SubSequence) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count)
        var rest = encoded
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), let value = hexPair(rest.prefix(2)) {
                bytes.append(value)
                rest.removeFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexPair(_ digits: Substring.UTF8View.SubSequence) -> UInt8? {
        // UInt8(_:radix:) would take "+f" too.
        guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        return UInt8(Substring(digits), radix: 16)
    }
}
