/// The value of a setting as it is written in a file, variable or flag.
enum SettingText: Equatable, Sendable {
    /// One value.
    case scalar(String)
    /// Several, from a list in a file or separated by commas elsewhere.
    case list([String])
}
