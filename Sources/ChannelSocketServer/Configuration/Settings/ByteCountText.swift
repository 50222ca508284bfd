/// Numbers of bytes as people write them: `65536`, `64KiB`, `4MiB`, `1GiB`.
enum ByteCountText {
    private static let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]

    /// Reads a number of bytes.
    ///
    /// - Parameter text: the text.
    /// - Returns: nil if it is none, or too many.
    static func bytes(in text: String) -> Int? {
        for (unit, factor) in units where text.lowercased().hasSuffix(unit.lowercased()) {
            let number = text.dropLast(unit.count)
            guard let count = Int(number.hasSuffix(" ") ? number.dropLast() : number) else { return nil }
            let (bytes, isTooLarge) = count.multipliedReportingOverflow(by: factor)
            return isTooLarge ? nil : bytes
        }
        return Int(text)
    }

    /// Writes a number of bytes in the largest unit that holds it without a fraction.
    ///
    /// - Parameter bytes: the number.
    /// - Returns: the text.
    static func text(of bytes: Int) -> String {
        guard bytes > 0, let (unit, factor) = units.first(where: { bytes % $0.1 == 0 }) else { return "\(bytes)" }
        return "\(bytes / factor)\(unit)"
    }
}
