/// A setting that makes no sense.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The setting.
    public let setting: ServerSetting
    /// What is wrong, for people; names the setting.
    public let description: String

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - setting: the setting.
    ///   - value: its value; not a secret.
    ///   - expected: what it should have been.
    init(_ setting: ServerSetting, _ value: String, _ expected: String) {
        self.init(setting, "must be \(expected), not '\(value)'")
    }

    /// Creates an error that keeps the value to itself.
    ///
    /// - Parameters:
    ///   - setting: the setting.
    ///   - problem: what is wrong.
    init(_ setting: ServerSetting, _ problem: String) {
        self.setting = setting
        description = "\(setting.flag) (\(setting.rawValue)) \(problem)"
    }
}
