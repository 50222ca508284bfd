/// The settings in which two configurations differ.
struct ConfigurationChanges: Equatable {
    /// Those that a running server takes up; lists by their names.
    let inForce: [String]
    /// Those that it does not.
    let needingRestart: [String]

    /// Compares two configurations.
    ///
    /// - Parameters:
    ///   - old: the one that was in force.
    ///   - new: the one that follows it.
    init(from old: LoadedConfiguration, to new: LoadedConfiguration) {
        let before = Self.values(of: old)
        let after = Self.values(of: new)
        var inForce: [String] = []
        var needingRestart: [String] = []
        for setting in old.settings + new.settings where before[setting.path] != after[setting.path] {
            let name = setting.path.contains("[") ? String(setting.path.prefix { $0 != "[" }) : setting.path
            guard !inForce.contains(name), !needingRestart.contains(name) else { continue }
            if setting.isReloadable { inForce.append(name) } else { needingRestart.append(name) }
        }
        self.inForce = inForce
        self.needingRestart = needingRestart
    }

    private static func values(of configuration: LoadedConfiguration) -> [String: Int] {
        Dictionary(configuration.settings.map { ($0.path, $0.identity) }, uniquingKeysWith: { first, _ in first })
    }
}
