/// What the checks of a token need to know of its claims.
extension ClaimValue {
    /// The string; nil if this is none.
    var string: String? {
        guard case .string(let string) = self else { return nil }
        return string
    }

    /// The value as seconds since 1970, as `exp` and `nbf` are; nil if it is no number.
    var seconds: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number) where number.isFinite: number
        default: nil
        }
    }

    /// The string, or the strings of the array, as `aud` may be either.
    var strings: [String] {
        guard case .array(let elements) = self else { return string.map { [$0] } ?? [] }
        return elements.compactMap(\.string)
    }
}
