extension Serializer {
    /// Chooses the serializer for the `vsn` parameter of a connection; nil if it is not spoken here.
    ///
    /// Phoenix refuses the connection then. No parameter means version 1. Else it must be a full semantic version that matches `~> 1.0.0` or `~> 2.0.0`;
    /// `2`, `2.0` and `2.1.0` do not.
    ///
    /// Source: `negotiate_serializer` in `socket.ex`; Elixir's `Version.match?`.
    ///
    /// - Parameter vsn: the parameter, nil if there is none.
    public init?(vsn: String?) {
        guard let vsn else {
            self = .v1
            return
        }
        let parts = vsn.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 1 || Self.isDotted(parts[1], isNumberStrict: false) else { return nil }
        let version = parts[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let hasPreRelease = version.count == 2
        guard !hasPreRelease || Self.isDotted(version[1], isNumberStrict: true) else { return nil }
        let numbers = version[0].split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers.allSatisfy(Self.isNumber), numbers[1] == "0" else { return nil }
        // A pre-release comes before its release: 2.0.0-rc is below 2.0.0, 2.0.1-rc is not.
        guard !hasPreRelease || numbers[2] != "0" else { return nil }
        switch numbers[0] {
        case "1": self = .v1
        case "2": self = .v2
        default: return nil
        }
    }

    /// Whether the text is dot-separated identifiers; numbers among them must not start with 0 if strict.
    private static func isDotted(_ text: Substring, isNumberStrict: Bool) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            let isIdentifier =
                !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    isDigit(byte) || byte == UInt8(ascii: "-") || isLetter(byte)
                }
            return isIdentifier && !(isNumberStrict && part.utf8.allSatisfy(isDigit) && !isNumber(part))
        }
    }

    /// Whether the text is digits without a leading zero.
    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isDigit) && (text == "0" || !text.hasPrefix("0"))
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
