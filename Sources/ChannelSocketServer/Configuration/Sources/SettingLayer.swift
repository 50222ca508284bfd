internal import Configuration

/// One source of values, and what to call it.
struct SettingLayer: Sendable {
    private let provider: any ConfigProvider
    private let origin: @Sendable (_ path: [String]) -> SettingOrigin

    /// Reads values given on the command line.
    ///
    /// - Parameters:
    ///   - values: the values by path.
    ///   - settings: all settings.
    /// - Returns: the source.
    static func flags(_ values: [String: String], settings: [Setting<ServerConfiguration>]) -> SettingLayer {
        let lists = Set(settings.filter(\.isList).map(\.path))
        let names = Dictionary(settings.map { ($0.path, $0.flag) }, uniquingKeysWith: { first, _ in first })
        let contents = values.map { path, text in
            let content: ConfigContent =
                lists.contains(path)
                ? .stringArray(text.split(separator: ",").map { String($0.drop { $0 == " " }) }) : .string(text)
            let key = AbsoluteConfigKey(path.split(separator: ".").map(String.init))
            return (key, ConfigValue(content, isSecret: true))
        }
        let provider = InMemoryProvider(
            name: "flags", values: Dictionary(contents, uniquingKeysWith: { first, _ in first })
        )
        return SettingLayer(provider: provider) { path in
            let path = path.joined(separator: ".")
            return .flag((names[path] ?? nil) ?? "--set \(path)")
        }
    }

    /// Reads the environment.
    ///
    /// - Parameters:
    ///   - values: the environment.
    ///   - settings: all settings; they name their variables.
    /// - Returns: the source.
    static func environment(
        _ values: [String: String], settings: [Setting<ServerConfiguration>]
    ) -> SettingLayer {
        let names = Dictionary(
            settings.map { ($0.path, $0.environment ?? "") }, uniquingKeysWith: { first, _ in first }
        )
        let variables = EnvironmentVariablesProvider(environmentVariables: values)
        let provider = KeyMappingProvider(upstream: variables) { key in
            AbsoluteConfigKey([names[key.components.joined(separator: ".")] ?? ""])
        }
        return SettingLayer(provider: provider) { .environment(names[$0.joined(separator: ".")] ?? "") }
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - provider: reads it.
    ///   - contents: what it has read.
    ///   - path: its path.
    /// - Returns: the source.
    static func file(
        _ provider: FileProvider<ConfigurationFile>, contents: ConfigurationFile, path: String
    ) -> SettingLayer {
        SettingLayer(provider: provider) { .file(path: path, line: contents.entry(at: $0)?.line ?? 0) }
    }

    /// Looks a value up.
    ///
    /// - Parameters:
    ///   - path: the setting.
    ///   - isList: whether it takes several values.
    /// - Returns: nil if this source has none.
    func look(up path: [String], isList: Bool) -> (text: SettingText, origin: SettingOrigin)? {
        // No source refuses a text or a list of texts.
        let found = try? provider.value(forKey: AbsoluteConfigKey(path), type: isList ? .stringArray : .string)
        switch found?.value?.content {
        case .string(let text): return (.scalar(text), origin(path))
        case .stringArray(let texts): return (.list(texts), origin(path))
        default: return nil
        }
    }
}
