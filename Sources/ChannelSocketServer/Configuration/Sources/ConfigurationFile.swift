internal import Configuration
internal import Yams

/// A configuration file, YAML or JSON (which is YAML too), as swift-configuration wants it.
///
/// swift-configuration's own snapshot of YAML knows neither lists of mappings, nor lines, nor which keys a file has;
/// declared channels and messages about mistakes need all three.
final class ConfigurationFile: FileConfigSnapshot {
    /// A value in the file.
    struct Entry: Equatable, Sendable {
        /// The names that lead to it; elements of lists by number.
        let path: [String]
        let value: SettingText
        /// From 1.
        let line: Int
    }

    /// A name in the file, of a value or a section.
    struct Key: Equatable, Sendable {
        /// The names that lead to it, itself included; elements of lists by number.
        let path: [String]
        /// From 1.
        let line: Int
    }

    struct ParsingOptions: FileParsingOptions {
        static let `default` = ParsingOptions()
    }

    let providerName: String
    /// All values in the order of the file.
    let entries: [Entry]
    /// All names in the order of the file.
    let keys: [Key]
    /// How many elements the lists of mappings have.
    let counts: [[String]: Int]
    /// Why the file could not be understood; there are no entries then.
    let mistake: ConfigurationFileMistake?
    private let positions: [[String]: Int]

    // Keeps a mistake instead of throwing it: whoever loads the file has more to say than the provider could.
    init(data: RawSpan, providerName: String, parsingOptions: ParsingOptions) {
        self.providerName = providerName
        var flattening = ConfigurationFlattening()
        let text = data.withUnsafeBytes { String(validating: $0, as: UTF8.self) }
        do throws(ConfigurationFileMistake) {
            guard let text else { throw ConfigurationFileMistake(line: nil, problem: "is not UTF-8") }
            if let root = try Self.parse(text) { try flattening.flatten(root) }
            mistake = nil
        } catch {
            flattening = ConfigurationFlattening()
            mistake = error
        }
        entries = flattening.entries
        keys = flattening.keys
        counts = flattening.counts
        positions = Dictionary(
            flattening.entries.enumerated().map { ($0.element.path, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The value at a path.
    func entry(at path: [String]) -> Entry? {
        positions[path].map { entries[$0] }
    }

    func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
        guard let entry = entry(at: key.components) else { return LookupResult(encodedKey: "\(key)", value: nil) }
        let content: ConfigContent =
            switch entry.value {
            case .scalar(let text): .string(text)
            case .list(let texts): .stringArray(texts)
            }
        return LookupResult(encodedKey: "\(key)", value: ConfigValue(content, isSecret: false))
    }

    var description: String { "\(providerName)[\(entries.count) values]" }

    // Values may be secrets.
    var debugDescription: String { description }

    private static func parse(_ text: String) throws(ConfigurationFileMistake) -> Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch {
            throw ConfigurationFileMistake(error)
        }
    }
}
