/// Random texts and JSON for property tests.
struct RandomValues {
    var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &generator) }

    mutating func bool() -> Bool { .random(using: &generator) }

    /// A text of all that is awkward: quotes, control characters, characters of two to four bytes.
    mutating func text(maxLength: Int = 24) -> String {
        let alphabet: [Character] = [
            "a", "b", ":", "*", " ", "\"", "\\", "/", "\u{0}", "\u{1}", "\u{8}", "\t", "\n", "\u{C}", "\r", "\u{1F}",
            "\u{7F}", "é", "ü", "日", "\u{2028}", "\u{FFFD}", "😀", "\u{10FFFF}", "{", "}", "[", "]", ",", "0",
        ]
        return String((0..<number(0...maxLength)).map { _ in alphabet[number(0...alphabet.count - 1)] })
    }

    /// A JSON value, written with random white space.
    mutating func json(depth: Int = 4) -> String {
        switch number(0...(depth > 0 ? 8 : 5)) {
        case 0: return "null"
        case 1: return bool() ? "true" : "false"
        case 2: return String(number(-1000...1000))
        case 3: return "\(number(-9...9)).\(number(0...99))e\(number(-5...5))"
        case 4, 5: return literal()
        case 6:
            let elements = (0..<number(0...4)).map { _ in space() + json(depth: depth - 1) + space() }
            return "[" + (elements.isEmpty ? space() : elements.joined(separator: ",")) + "]"
        default: return object(depth: depth)
        }
    }

    /// A JSON object whose keys are all different.
    mutating func object(depth: Int = 4) -> String {
        let members = (0..<number(0...4)).map { index in
            "\(space())\"k\(index)\(bool() ? "é" : "")\"\(space()):\(space())\(json(depth: depth - 1))\(space())"
        }
        return "{" + (members.isEmpty ? space() : members.joined(separator: ",")) + "}"
    }

    /// A string literal, written with needless escapes now and then.
    mutating func literal() -> String {
        var literal = "\""
        for scalar in text(maxLength: 12).unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if mustEscape || number(0...9) == 0 {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16, uppercase: bool())
                    literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }

    mutating func space() -> String {
        ["", "", "", " ", "\n", "\t", "\r\n  "][number(0...6)]
    }

    /// The bytes with a few random changes.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        let tokens: [[UInt8]] = [
            Array("\"".utf8), Array("\\".utf8), Array("{".utf8), Array("}".utf8), Array("[".utf8), Array("]".utf8),
            Array(",".utf8), Array(":".utf8), Array("\\ud800".utf8), Array("\\u0061".utf8), Array("null".utf8),
            Array("-0.5e+7".utf8), Array(" ".utf8), [0xC3, 0xA9], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x1F],
        ]
        var bytes = bytes
        for _ in 0..<number(1...3) {
            let index = number(0...bytes.count)
            switch number(0...4) {
            case 0: bytes.insert(contentsOf: tokens[number(0...tokens.count - 1)], at: index)
            case 1 where index < bytes.count: bytes[index] ^= 1 << UInt8(number(0...7))
            case 2 where index < bytes.count: bytes.remove(at: index)
            case 3 where index < bytes.count: bytes[index] = UInt8(number(0...255))
            default:
                let end = min(bytes.count, index + number(0...12))
                bytes.insert(contentsOf: bytes[index..<end], at: number(0...bytes.count))
            }
        }
        return bytes
    }
}
