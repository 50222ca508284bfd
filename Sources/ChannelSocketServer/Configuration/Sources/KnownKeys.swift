/// Which keys a file may have, to find those that nobody reads.
struct KnownKeys {
    private let settings: Set<String>
    private let lists: Set<String>
    private var sections: Set<String> = []

    /// Creates the keys of a server.
    ///
    /// - Parameters:
    ///   - settings: all settings.
    ///   - lists: all lists of mappings.
    init(settings: [Setting<ServerConfiguration>], lists: [SettingList]) {
        self.settings = Set(settings.map(\.path) + lists.flatMap { $0.rows.map(\.path) })
        self.lists = Set(lists.map(\.path))
        for path in self.settings {
            let names = path.split(separator: ".")
            for count in 1..<max(1, names.count) { sections.insert(names.prefix(count).joined(separator: ".")) }
        }
    }

    /// What is wrong with the keys of a file.
    ///
    /// - Parameters:
    ///   - file: the file.
    ///   - path: its path.
    /// - Returns: a problem for each key that is not known, or not used as it should be.
    func problems(of file: ConfigurationFile, at path: String) -> [ConfigurationProblem] {
        file.keys.compactMap { key in
            let pattern = pattern(of: key.path)
            let origin = SettingOrigin.file(path: path, line: key.line)
            let name = Self.name(of: key.path)
            if settings.contains(pattern) {
                // A mapping has no value of its own.
                guard file.entry(at: key.path) == nil, file.hasValues(below: key.path) else { return nil }
                return ConfigurationProblem(name, from: origin, "is a setting, and can't have keys of its own")
            }
            if lists.contains(pattern) {
                guard file.counts[key.path] == nil, file.entry(at: key.path)?.value != .list([]) else { return nil }
                guard file.entry(at: key.path) != nil || file.hasValues(below: key.path) else { return nil }
                return ConfigurationProblem(name, from: origin, "must be a list of mappings, each behind a '-'")
            }
            if sections.contains(pattern) {
                guard file.entry(at: key.path) != nil || file.counts[key.path] != nil else { return nil }
                return ConfigurationProblem(name, from: origin, "is a section, and needs keys of its own")
            }
            let parent = pattern.split(separator: ".").dropLast().joined(separator: ".")
            // Keys below an unknown section are not worth a word each.
            guard parent.isEmpty || sections.contains(parent) else { return nil }
            return ConfigurationProblem(name, from: origin, unknown(pattern))
        }
    }

    /// What is wrong with a path given on the command line.
    ///
    /// - Parameter path: the path.
    /// - Returns: nil if it is a setting of the server.
    func problem(ofFlag path: String) -> ConfigurationProblem? {
        guard !settings.contains(path) || path.contains("[]") else { return nil }
        return ConfigurationProblem(path, from: .flag("--set"), unknown(path))
    }

    private func unknown(_ pattern: String) -> String {
        guard let nearest = NearestKey.find(pattern, among: settings.union(sections).union(lists).sorted()) else {
            return "is not a setting"
        }
        return "is not a setting; did you mean \(nearest.replacing("[]", with: ""))?"
    }

    private func pattern(of path: [String]) -> String {
        path.reduce("") { pattern, name in
            if lists.contains(pattern) { return pattern + "[]" }
            return pattern.isEmpty ? name : "\(pattern).\(name)"
        }
    }

    private static func name(of path: [String]) -> String {
        path.reduce("") { text, name in
            if text.isEmpty { return name }
            return name.allSatisfy(\.isNumber) ? "\(text)[\(name)]" : "\(text).\(name)"
        }
    }
}

extension ConfigurationFile {
    /// Whether there are values whose path begins with another path.
    fileprivate func hasValues(below path: [String]) -> Bool {
        entries.contains { $0.path.count > path.count && $0.path.starts(with: path) }
    }
}
