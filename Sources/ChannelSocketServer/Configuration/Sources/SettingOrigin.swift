/// Where the value of a setting comes from.
package enum SettingOrigin: Hashable, Sendable {
    /// The command line.
    case flag(String)
    /// A variable of the environment.
    case environment(String)
    /// The configuration file.
    case file(path: String, line: Int)
    /// Nowhere: it was not given.
    case unset
}

extension SettingOrigin: CustomStringConvertible {
    /// For the end of a line of `config print`.
    package var description: String {
        switch self {
        case .flag(let flag): "flag \(flag)"
        case .environment(let name): "environment \(name)"
        case .file(let path, let line): "\(path):\(line)"
        case .unset: "default"
        }
    }
}
