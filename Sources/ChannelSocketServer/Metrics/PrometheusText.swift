/// Writes Prometheus' text format, version 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    /// Appends a metric with all its series.
    mutating func append(_ family: PrometheusFamily, name: String, help: String) {
        text += "# HELP \(name) \(Self.escaped(help))\n# TYPE \(name) \(family.kind.rawValue)\n"
        for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
            series.value.write(name: name, labels: labels, to: &self)
        }
    }

    /// Appends one line.
    mutating func append(_ name: String, _ braces: String, _ value: Double) {
        text += "\(name)\(braces) \(Self.number(value))\n"
    }

    /// A number as Prometheus reads it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? value.description
    }

    /// A metric name: everything but letters, digits, `_` and `:` becomes `_`.
    static func name(_ label: String) -> String {
        sanitized(label) { isLetter($0) || $0 == UInt8(ascii: ":") }
    }

    /// A label name, which may have no colon.
    static func labelName(_ label: String) -> String {
        sanitized(label, isLetter)
    }

    /// A label's value, between the quotes.
    static func labelValue(_ value: String) -> String {
        escaped(value).replacing("\"", with: "\\\"")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func sanitized(_ label: String, _ mayBegin: (UInt8) -> Bool) -> String {
        var bytes = label.utf8.map { byte in
            mayBegin(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? byte : UInt8(ascii: "_")
        }
        if bytes.first.map({ !mayBegin($0) }) ?? true { bytes.insert(UInt8(ascii: "_"), at: 0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
