/// How values of a type are written in files, variables and flags.
struct SettingCodec<Value>: Sendable {
    /// What is accepted, for people; reads on after `must be`.
    let expected: String
    /// Whether values are kept out of every output.
    let isSecret: Bool
    /// Whether there may be several.
    let isList: Bool

    let parse: @Sendable (SettingText, SettingContext) throws(SettingProblem) -> Value
    let show: @Sendable (Value) -> String
    /// Tells values apart that look the same, as secrets do; not for any output.
    let identity: @Sendable (Value) -> String

    /// Creates a codec of single values.
    ///
    /// - Parameters:
    ///   - expected: what is accepted.
    ///   - show: writes a value.
    ///   - parse: reads a value; nil if it is not what is expected.
    init(
        _ expected: String,
        show: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        self.init(
            expected,
            show: show,
            parse: { text, _ throws(SettingProblem) in
                guard let value = parse(text) else { throw SettingProblem(text, not: expected) }
                return value
            }
        )
    }

    /// Creates a codec of single values that has more to say about what is wrong, or keeps them secret.
    ///
    /// - Parameters:
    ///   - expected: what is accepted.
    ///   - isSecret: whether values are kept out of every output.
    ///   - show: writes a value; safe to print.
    ///   - identity: tells values apart that look the same.
    ///   - parse: reads a value.
    init(
        _ expected: String,
        isSecret: Bool = false,
        show: @escaping @Sendable (Value) -> String,
        identity: (@Sendable (Value) -> String)? = nil,
        parse: @escaping @Sendable (String, SettingContext) throws(SettingProblem) -> Value
    ) {
        self.expected = expected
        self.isSecret = isSecret
        isList = false
        self.show = show
        self.identity = identity ?? show
        self.parse = { text, context throws(SettingProblem) in
            guard case .scalar(let scalar) = text else { throw SettingProblem("must be \(expected), not a list") }
            return try parse(scalar, context)
        }
    }

    /// Creates a codec of lists.
    ///
    /// - Parameters:
    ///   - expected: what is accepted.
    ///   - show: writes a list.
    ///   - parse: reads a list.
    init(
        listOf expected: String,
        show: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable ([String]) throws(SettingProblem) -> Value
    ) {
        self.expected = "a list of \(expected)"
        isSecret = false
        isList = true
        self.show = show
        identity = show
        self.parse = { text, _ throws(SettingProblem) in
            switch text {
            case .list(let elements): return try parse(elements)
            case .scalar(let element): return try parse([element])
            }
        }
    }
}

extension SettingCodec {
    /// Takes one more word, for nil.
    ///
    /// - Parameters:
    ///   - codec: reads and writes the other values.
    ///   - word: the word, such as `none`.
    /// - Returns: the codec.
    static func optional<Wrapped: Sendable>(_ codec: SettingCodec<Wrapped>, nil word: String) -> Self
    where Value == Wrapped? {
        SettingCodec(
            "\(codec.expected), or \(word)",
            isSecret: codec.isSecret,
            show: { $0.map(codec.show) ?? word },
            identity: { $0.map(codec.identity) ?? word },
            parse: { text, context throws(SettingProblem) in
                if text == word { return nil }
                do throws(SettingProblem) {
                    return try codec.parse(.scalar(text), context)
                } catch {
                    let expected = "\(codec.expected), or \(word)"
                    throw SettingProblem(error.text.replacing(codec.expected, with: expected))
                }
            }
        )
    }
}
