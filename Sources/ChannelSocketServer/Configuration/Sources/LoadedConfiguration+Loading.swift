internal import Configuration

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension LoadedConfiguration {
    /// Reads a configuration.
    ///
    /// - Parameter sources: where from: flags win over the environment, that over the file, and that over defaults.
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    package init(from sources: ConfigurationSources) async throws(ConfigurationError) {
        let context = SettingContext(environment: sources.environment)
        if let file = sources.file { context.refer(to: file) }
        try self.init(from: sources, file: await Self.provider(of: sources.file), only: nil, in: context)
        let check = await ConfigurationCheck(configuration, settings: settings)
        guard check.problems.isEmpty else { throw ConfigurationError(problems: check.problems) }
        warnings = check.warnings
    }

    private static func provider(
        of file: String?
    ) async throws(ConfigurationError) -> FileProvider<ConfigurationFile>? {
        guard let path = file else { return nil }
        guard FileManager.default.isReadableFile(atPath: path) else {
            let isThere = FileManager.default.fileExists(atPath: path)
            let problem = isThere ? "cannot be read: is it yours?" : "there is no such file"
            throw ConfigurationError(problems: [ConfigurationProblem(file: path, problem)])
        }
        let location = InMemoryProvider(values: ["filePath": ConfigValue(.string(path), isSecret: false)])
        do {
            return try await FileProvider(config: ConfigReader(provider: location))
        } catch {
            throw ConfigurationError(problems: [ConfigurationProblem(file: path, "cannot be read: \(error)")])
        }
    }

    /// Reads flags and environment only: for commands that need a few settings, or to tell early what is wrong.
    ///
    /// - Parameters:
    ///   - sources: where from; a file is not looked at, and so not how settings go together.
    ///   - paths: the settings to look at; nil for all.
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    package init(
        withoutFile sources: ConfigurationSources, only paths: Set<String>? = nil
    ) throws(ConfigurationError) {
        let paths = paths ?? Set(ServerSettings.all.map(\.path))
        try self.init(
            from: sources, file: nil, only: paths, in: SettingContext(environment: sources.environment)
        )
    }

    private init(
        from sources: ConfigurationSources, file provider: FileProvider<ConfigurationFile>?, only paths: Set<String>?,
        in context: SettingContext
    ) throws(ConfigurationError) {
        let settings = ServerSettings.all
        let lists = ServerSettings.lists
        let known = KnownKeys(settings: settings, lists: lists)
        var problems: [ConfigurationProblem] = []
        var fileLayer: SettingLayer?
        let contents = provider?.snapshot() as? ConfigurationFile
        if let provider, let contents, let path = sources.file {
            if let mistake = contents.mistake {
                problems.append(ConfigurationProblem(file: path, line: mistake.line, mistake.problem))
            }
            problems += known.problems(of: contents, at: path)
            fileLayer = .file(provider, contents: contents, path: path)
        }
        problems += sources.flags.keys.sorted().compactMap { known.problem(ofFlag: $0) }

        var reader = SettingReader(
            layers: [
                .flags(sources.flags, settings: settings), .environment(sources.environment, settings: settings),
                fileLayer,
            ].compactMap(\.self),
            file: fileLayer,
            elementCounts: contents?.counts ?? [:],
            context: context
        )
        var configuration = ServerConfiguration()
        reader.read(settings.filter { paths?.contains($0.path) ?? true }, into: &configuration)
        for list in lists { list.read(&reader, &configuration) }
        problems += reader.problems
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        configuration.access = configuration.accessSections.access
        self.configuration = configuration
        self.settings = reader.values
        self.sources = sources
        files = context.files
    }
}
