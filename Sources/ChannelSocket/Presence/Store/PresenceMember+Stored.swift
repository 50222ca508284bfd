package import PhoenixWire

extension PresenceMember {
    /// Creates a member of what a store has, where others may write, too.
    ///
    /// Nil for what could not be sent to clients: ref and meta go into their JSON as they are.
    package init?(stored ref: String, key: String, meta: Payload, joinedAt: Int) {
        guard 1...64 ~= ref.utf8.count, ref.utf8.allSatisfy(Self.isAllowed), meta.isJSONObject else { return nil }
        let text = meta.text
        // What is sent begins with the ref, and goes on with the meta's members if it has any.
        let isEmpty = text.utf8.dropFirst().first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "}")
        self.init(ref: ref, key: key, meta: isEmpty ? "{}" : text, joinedAt: joinedAt)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
