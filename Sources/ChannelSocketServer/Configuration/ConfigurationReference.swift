/// The reference of all settings: `docs/configuration.md`, which a test compares with this.
package enum ConfigurationReference {
    /// The reference.
    package static var markdown: String {
        let settings = ServerSettings.all.map { SettingRow($0) }
        var text = introduction
        for section in sections(of: settings) {
            text += "\n## \(section.name)\n\n"
            text += table(section.rows, columns: ["setting", "environment", "takes", "default", ""])
        }
        for list in ServerSettings.lists {
            text +=
                "\n## \(list.path)\n\n\(list.summary) Only a file can have it: `\(list.path):` and elements behind `-`.\n\n"
            text += table(list.rows, columns: ["setting", "takes", "default", ""])
        }
        return text
    }

    private static let introduction = """
        # Configuration

        Printed by `channelsocket config reference`; a test keeps it true.

        A setting can be given in a file (`--config FILE` or `CHANNELSOCKET_CONFIG`; YAML, or JSON), in the environment,
        and as an option of `channelsocket serve`. Options win over the environment, that over the file, and that over
        the defaults; an empty variable counts as not given. Every setting has the option `--set NAME=VALUE`, some have
        one of their own, named here beside the variable. Lists are separated by commas outside of files.

        - `channelsocket config check` names the file, line and setting of everything that is wrong: exit code 78. It reads
          the files of keys and certificates too, and warns of what can be done but is hardly meant, such as a channel that
          nobody may join.
        - `channelsocket config print` shows what holds and where it comes from, secrets as `***`.
        - [docker/channelsocket.example.yml](../docker/channelsocket.example.yml) is a file to start from.

        Secrets may be written as `file:PATH` or `env:NAME`: the setting is then what that file or variable holds.

        Settings marked **R** follow the file without a restart: when it changes, and on SIGHUP. Clients stay connected. A
        file with a mistake changes nothing, and the log says what is wrong with it; it also names what was changed but
        needs a restart. What cannot be had by halves is refused like a mistake: the first key for tokens or none any more,
        TLS where there was none or the reverse, and a channel whose webhook is new.

        """

    private static func sections(of rows: [SettingRow]) -> [(name: String, rows: [SettingRow])] {
        var sections: [(name: String, rows: [SettingRow])] = []
        for row in rows {
            let name = row.path.prefix { $0 != "." }
            if sections.last?.name == String(name) {
                sections[sections.count - 1].rows.append(row)
            } else {
                sections.append((String(name), [row]))
            }
        }
        return sections
    }

    private static func table(_ rows: [SettingRow], columns: [String]) -> String {
        var lines = [columns, columns.map { _ in "---" }]
        for row in rows {
            var cells = ["`\(row.path)`\(row.isReloadable ? " **R**" : "")"]
            if columns.contains("environment") {
                cells.append([row.environment, row.flag].compactMap { $0.map { "`\($0)`" } }.joined(separator: ", "))
            }
            let defaultValue = row.defaultValue.map { $0.isEmpty ? "" : "`\($0)`" } ?? "required"
            lines.append(cells + [row.expected, defaultValue, row.summary])
        }
        return lines.map { "| \($0.joined(separator: " | ")) |\n" }.joined()
    }
}
