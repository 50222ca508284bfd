internal import Logging

/// Metadata of log lines as JSON.
enum JSONLogText {
    /// A metadata value; what is no string, list or dictionary appears as the text of its description.
    static func json(_ value: Logger.Metadata.Value) -> String {
        switch value {
        case .string(let text):
            quoted(text)
        case .stringConvertible(let value):
            quoted("\(value)")
        case .array(let values):
            "[\(values.map(json).joined(separator: ","))]"
        case .dictionary(let members):
            "{\(members.sorted { $0.key < $1.key }.map { "\(quoted($0)):\(json($1))" }.joined(separator: ","))}"
        }
    }

    /// A JSON string.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..<"\u{20}":
                result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
