/// What the reference says about a setting.
struct SettingRow: Hashable, Sendable {
    /// The key in the file, with `[]` after the name of a list.
    let path: String
    /// The variable that sets it too.
    let environment: String?
    /// The flag that sets it too.
    let flag: String?
    /// What it takes.
    let expected: String
    /// What holds if it is not given; nil if it has to be.
    let defaultValue: String?
    /// What it does.
    let summary: String
    /// Whether a reload takes a new value into force.
    let isReloadable: Bool
    /// Whether it takes several values.
    let isList: Bool

    /// Describes a setting of the server.
    init(_ setting: Setting<ServerConfiguration>) {
        path = setting.path
        environment = setting.environment
        flag = setting.flag
        expected = setting.expected
        defaultValue = setting.show(ServerConfiguration())
        summary = setting.summary
        isReloadable = setting.isReloadable
        isList = setting.isList
    }

    /// Describes a setting of a list's element, which only a file can set.
    init<Element>(_ setting: Setting<Element>, of element: Element, in list: String, isReloadable: Bool) {
        path = "\(list)[].\(setting.path)"
        environment = nil
        flag = nil
        expected = setting.expected
        defaultValue = setting.isRequired ? nil : setting.show(element)
        summary = setting.summary
        self.isReloadable = isReloadable
        isList = setting.isList
    }
}
