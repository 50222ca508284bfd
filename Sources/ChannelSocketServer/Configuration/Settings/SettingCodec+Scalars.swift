internal import NIOCore

extension SettingCodec where Value == String {
    /// Any text but an empty one.
    static var text: Self { text("a text") { _ in true } }

    /// Some texts.
    ///
    /// - Parameters:
    ///   - expected: which.
    ///   - isValid: whether a text is one of them.
    /// - Returns: the codec.
    static func text(_ expected: String, where isValid: @escaping @Sendable (String) -> Bool) -> Self {
        SettingCodec(expected, show: { $0 }, parse: { isValid($0) ? $0 : nil })
    }

    /// The path of a file, whose contents are part of the configuration.
    static var filePath: Self {
        SettingCodec(
            "the path of a file",
            show: { $0 },
            parse: { path, context in
                context.refer(to: path)
                return path
            }
        )
    }

    /// What can stand in a URL and a page without escaping.
    static var urlPath: Self {
        text("a path like /socket") { text in
            let isPlain = text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
            return isPlain && text.hasPrefix("/") && !text.hasSuffix("/")
        }
    }
}

extension SettingCodec where Value == Int {
    /// A whole number.
    ///
    /// - Parameter range: the numbers accepted.
    /// - Returns: the codec.
    static func integer(in range: ClosedRange<Int>) -> Self {
        SettingCodec(
            "a number from \(range.lowerBound) to \(range.upperBound)",
            show: { "\($0)" },
            parse: { Int($0).flatMap { range.contains($0) ? $0 : nil } }
        )
    }

    /// A number of bytes.
    ///
    /// - Parameter range: the numbers accepted.
    /// - Returns: the codec.
    static func bytes(in range: ClosedRange<Int>) -> Self {
        let limits = "\(ByteCountText.text(of: range.lowerBound)) to \(ByteCountText.text(of: range.upperBound))"
        return SettingCodec(
            "a number of bytes such as 65536 or 64KiB, \(limits)",
            show: { ByteCountText.text(of: $0) },
            parse: { ByteCountText.bytes(in: $0).flatMap { range.contains($0) ? $0 : nil } }
        )
    }
}

extension SettingCodec where Value == Bool {
    /// Yes or no.
    static var bool: Self {
        SettingCodec(
            "true or false",
            show: { "\($0)" },
            parse: { text in
                switch text.lowercased() {
                case "true", "yes", "on", "1": true
                case "false", "no", "off", "0": false
                default: nil
                }
            }
        )
    }
}

extension SettingCodec where Value == Double {
    /// A share.
    static var fraction: Self {
        SettingCodec(
            "a number from 0 to 1",
            show: { "\($0)" },
            parse: { Double($0).flatMap { (0...1).contains($0) ? $0 : nil } }
        )
    }
}

extension SettingCodec where Value == Duration {
    /// A length of time.
    ///
    /// - Parameter range: the times accepted.
    /// - Returns: the codec.
    static func duration(in range: ClosedRange<Duration>) -> Self {
        let limits = "\(DurationText.text(of: range.lowerBound)) to \(DurationText.text(of: range.upperBound))"
        return SettingCodec(
            "a time such as 500ms, 30s or 5m, \(limits)",
            show: { DurationText.text(of: $0) },
            parse: { DurationText.duration(in: $0).flatMap { range.contains($0) ? $0 : nil } }
        )
    }
}

extension SettingCodec where Value == TimeAmount {
    /// A length of time.
    ///
    /// - Parameter range: the times accepted.
    /// - Returns: the codec.
    static func timeAmount(in range: ClosedRange<Duration>) -> Self {
        let duration = SettingCodec<Duration>.duration(in: range)
        return SettingCodec(
            duration.expected,
            show: { duration.show(.nanoseconds($0.nanoseconds)) },
            parse: { text, context throws(SettingProblem) in
                TimeAmount(try duration.parse(.scalar(text), context))
            }
        )
    }
}

extension SettingCodec where Value == [String] {
    /// Several texts.
    ///
    /// - Parameters:
    ///   - expected: of what.
    ///   - isValid: whether a text is one of these.
    /// - Returns: the codec.
    static func texts(of expected: String, where isValid: @escaping @Sendable (String) -> Bool = { _ in true }) -> Self
    {
        SettingCodec(
            listOf: expected,
            show: { "[\($0.joined(separator: ", "))]" },
            parse: { texts throws(SettingProblem) in
                if let wrong = texts.first(where: { $0.isEmpty || !isValid($0) }) {
                    throw SettingProblem("must be a list of \(expected), and '\(wrong)' is none")
                }
                return texts
            }
        )
    }
}

extension SettingCodec where Value: Equatable & Sendable {
    /// One of a few words.
    ///
    /// - Parameter choices: the words and what they mean.
    /// - Returns: the codec.
    static func choice(_ choices: KeyValuePairs<String, Value>) -> Self {
        let table = choices.map { ($0.key, $0.value) }
        let words = table.map(\.0)
        let expected = words.count == 2 ? "\(words[0]) or \(words[1])" : "one of \(words.joined(separator: ", "))"
        return SettingCodec(
            expected,
            show: { value in table.first { $0.1 == value }?.0 ?? "" },
            parse: { text in table.first { $0.0 == text.lowercased() }?.1 }
        )
    }
}
