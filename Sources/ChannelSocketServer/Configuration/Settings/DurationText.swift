/// Lengths of time as people write them: `250ms`, `30s`, `5m`, `2h`, `0s`.
enum DurationText {
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
    ]

    /// Reads a length of time; a number without a unit means seconds.
    ///
    /// - Parameter text: the text.
    /// - Returns: nil if it is none, or too long.
    static func duration(in text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard let number = Int64(digits), let found = units.first(where: { $0.name == (unit.isEmpty ? "s" : unit) })
        else { return nil }
        let (nanoseconds, isTooLong) = number.multipliedReportingOverflow(by: found.nanoseconds)
        return isTooLong ? nil : .nanoseconds(nanoseconds)
    }

    /// Writes a length of time in the largest unit that holds it without a fraction.
    ///
    /// - Parameter duration: the length, in whole milliseconds.
    /// - Returns: the text.
    static func text(of duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        guard nanoseconds > 0, let unit = units.first(where: { nanoseconds % $0.nanoseconds == 0 }) else { return "0s" }
        return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
    }
}
