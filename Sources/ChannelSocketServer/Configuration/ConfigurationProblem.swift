/// Something wrong with a configuration.
public struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// The setting, such as `listen.port`; nil if it is about the file as a whole.
    public let setting: String?
    /// What is wrong and where, for people; contains no secret.
    public let description: String

    /// Creates a problem of a value.
    ///
    /// - Parameters:
    ///   - setting: the setting.
    ///   - origin: where the value comes from.
    ///   - problem: what is wrong; reads on after the setting's name.
    init(_ setting: String, from origin: SettingOrigin, _ problem: String) {
        self.setting = setting
        switch origin {
        case .flag(let flag): description = "\(flag) (\(setting)) \(problem)"
        case .environment(let name): description = "\(name) (\(setting)) \(problem)"
        case .file(let path, let line): description = "\(path):\(line): \(setting) \(problem)"
        case .unset: description = "\(setting) \(problem)"
        }
    }

    /// Creates a problem of a file as a whole.
    ///
    /// - Parameters:
    ///   - file: its path.
    ///   - line: where, if that can be told.
    ///   - problem: what is wrong; reads on after the path.
    init(file: String, line: Int? = nil, _ problem: String) {
        setting = nil
        description = line.map { "\(file):\($0): \(problem)" } ?? "\(file): \(problem)"
    }
}
