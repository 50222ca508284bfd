/// A list of mappings in the file, such as `channels`.
struct SettingList: Sendable {
    /// The key in the file.
    let path: String
    /// What it is for, for people.
    let summary: String
    /// Whether a reload takes a new list into force.
    let isReloadable: Bool
    /// What an element may have.
    let rows: [SettingRow]

    let read: @Sendable (inout SettingReader, inout ServerConfiguration) -> Void

    /// Creates a list.
    ///
    /// - Parameters:
    ///   - path: the key in the file.
    ///   - keyPath: where it goes.
    ///   - element: makes an element with its defaults.
    ///   - settings: what an element may have.
    ///   - isReloadable: whether a reload takes a new list into force.
    ///   - summary: what it is for.
    ///   - check: tells what is wrong with an element as a whole; nil if nothing is.
    init<Element>(
        _ path: String,
        _ keyPath: any WritableKeyPath<ServerConfiguration, [Element]> & Sendable,
        of element: @escaping @Sendable () -> Element,
        settings: [Setting<Element>],
        isReloadable: Bool = true,
        _ summary: String,
        check: @escaping @Sendable (Element) -> String? = { _ in nil }
    ) {
        self.path = path
        self.summary = summary
        self.isReloadable = isReloadable
        rows = settings.map { SettingRow($0, of: element(), in: path, isReloadable: isReloadable) }
        read = { reader, configuration in
            let elements = reader.readList(
                at: path, of: element, settings: settings, isReloadable: isReloadable, check: check
            )
            if let elements { configuration[keyPath: keyPath] = elements }
        }
    }
}
