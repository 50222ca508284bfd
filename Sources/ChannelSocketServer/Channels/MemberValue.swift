/// Where a value about a member comes from: `param:NAME`, `claim:PATH` or `assign:NAME`.
public enum MemberValue: Hashable, Sendable, CustomStringConvertible {
    /// A parameter of the connection; clients can claim anything in it.
    case param(String)
    /// A claim of a verified token.
    case claim(String)
    /// An assign, which a webhook may set.
    case assign(String)

    /// Creates a source from its text form; nil if it is none.
    ///
    /// - Parameter text: the source.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "param": self = .param(parts[1])
        case "claim": self = .claim(parts[1])
        case "assign": self = .assign(parts[1])
        default: return nil
        }
    }

    /// The text form.
    public var description: String {
        switch self {
        case .param(let name): "param:\(name)"
        case .claim(let path): "claim:\(path)"
        case .assign(let name): "assign:\(name)"
        }
    }

    /// The last name of it, under which a value appears in a presence meta.
    var name: String {
        switch self {
        case .param(let name), .assign(let name): name
        case .claim(let path): path.split(separator: ".").last.map(String.init) ?? path
        }
    }
}
