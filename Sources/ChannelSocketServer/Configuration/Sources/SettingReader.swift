internal import Configuration

/// Reads settings from flags, environment and file, and gathers what is wrong with them.
///
/// Asks swift-configuration's providers one after the other, not its `ConfigReader`: that one tells neither which of
/// them a value came from nor, for a value it can't convert, what was wrong.
struct SettingReader {
    private let layers: [SettingLayer]
    private let file: SettingLayer?
    private let elementCounts: [[String]: Int]
    private let context: SettingContext
    /// What is wrong so far.
    private(set) var problems: [ConfigurationProblem] = []
    /// What has been read so far.
    private(set) var values: [EffectiveSetting] = []

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - layers: where values may come from; the first that has one wins.
    ///   - file: the one that may have lists of mappings.
    ///   - elementCounts: how many elements these have, by path.
    ///   - context: what values may refer to.
    init(layers: [SettingLayer], file: SettingLayer?, elementCounts: [[String]: Int], context: SettingContext) {
        self.layers = layers
        self.file = file
        self.elementCounts = elementCounts
        self.context = context
    }

    /// Reads settings of the server.
    ///
    /// - Parameters:
    ///   - settings: the settings.
    ///   - configuration: takes the values.
    mutating func read(_ settings: [Setting<ServerConfiguration>], into configuration: inout ServerConfiguration) {
        for setting in settings {
            read(setting, named: setting.path, at: setting.components, from: layers, into: &configuration)
        }
    }

    /// Reads a list of mappings.
    ///
    /// - Parameters:
    ///   - path: its path.
    ///   - element: makes an element with its defaults.
    ///   - settings: what an element may have.
    ///   - isReloadable: whether a reload takes a new list into force.
    ///   - check: tells what is wrong with an element as a whole.
    /// - Returns: the elements, as far as could be read if there are problems; nil if the list is not given.
    mutating func readList<Element>(
        at path: String, of element: () -> Element, settings: [Setting<Element>], isReloadable: Bool,
        check: (Element) -> String?
    ) -> [Element]? {
        guard let file else { return nil }
        let names = path.split(separator: ".").map(String.init)
        // A list that has been emptied is a list of no mappings.
        guard let count = elementCounts[names] ?? (file.look(up: names, isList: true) == nil ? nil : 0) else {
            return nil
        }
        return (0..<count).map { index in
            var value = element()
            let name = "\(path)[\(index)]"
            let problemsBefore = problems.count
            let origin = settings.lazy.compactMap { setting in
                file.look(up: names + ["\(index)"] + setting.components, isList: setting.isList)?.origin
            }.first
            for setting in settings {
                read(
                    setting, named: "\(name).\(setting.path)", at: names + ["\(index)"] + setting.components,
                    from: [file], of: origin, isReloadable: isReloadable, into: &value
                )
            }
            if problems.count == problemsBefore, let problem = check(value) {
                problems.append(ConfigurationProblem(name, from: origin ?? .unset, problem))
            }
            return value
        }
    }

    private mutating func read<Root>(
        _ setting: Setting<Root>, named name: String, at path: [String], from layers: [SettingLayer],
        of element: SettingOrigin? = nil, isReloadable: Bool? = nil, into root: inout Root
    ) {
        let found = layers.lazy.compactMap { $0.look(up: path, isList: setting.isList) }.first
        let origin = found?.origin ?? .unset
        do throws(SettingProblem) {
            if let found {
                try setting.read(found.text, context, &root)
            } else if setting.isRequired {
                throw SettingProblem("is missing; it must be \(setting.expected)")
            }
        } catch {
            problems.append(ConfigurationProblem(name, from: found == nil ? element ?? origin : origin, error.text))
        }
        // An element's settings are many and mostly not given; what holds then is in the reference.
        guard isReloadable == nil || found != nil else { return }
        values.append(
            EffectiveSetting(
                path: name, value: setting.show(root), origin: origin,
                isReloadable: isReloadable ?? setting.isReloadable, identity: setting.identity(root).hashValue
            )
        )
    }
}

extension Setting {
    /// The names that lead to it in a file.
    fileprivate var components: [String] { path.split(separator: ".").map(String.init) }
}
