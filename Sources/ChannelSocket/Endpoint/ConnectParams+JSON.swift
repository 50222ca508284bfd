extension ConnectParams {
    /// The parameters as one JSON object, names in ascending order.
    public var json: String {
        var json = ""
        Value.object(values).write(to: &json)
        return json
    }
}

extension ConnectParams.Value {
    fileprivate func write(to json: inout String) {
        switch self {
        case .text(let text):
            Self.write(text, to: &json)
        case .list(let values):
            json.append("[")
            for (index, value) in values.enumerated() {
                if index > 0 { json.append(",") }
                value.write(to: &json)
            }
            json.append("]")
        case .object(let members):
            json.append("{")
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { json.append(",") }
                Self.write(member.key, to: &json)
                json.append(":")
                member.value.write(to: &json)
            }
            json.append("}")
        }
    }

    private static func write(_ text: String, to json: inout String) {
        json.append("\"")
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                json.append("\\")
                json.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                json.append("\\u" + String(repeating: "0", count: 4 - hex.count) + hex)
            default:
                json.unicodeScalars.append(scalar)
            }
        }
        json.append("\"")
    }
}
