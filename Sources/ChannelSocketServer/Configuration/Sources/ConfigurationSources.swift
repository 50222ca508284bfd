/// Everything a configuration can come from; what comes first here wins.
package struct ConfigurationSources: Sendable {
    /// Values given on the command line, by the settings' paths.
    package var flags: [String: String]
    /// The environment; empty values count as not given.
    package var environment: [String: String]
    /// The path of the file, if there is one.
    package var file: String?

    /// The variable that names the file.
    package static let fileVariable = "CHANNELSOCKET_CONFIG"

    /// Creates sources.
    ///
    /// - Parameters:
    ///   - flags: values given on the command line, by the settings' paths.
    ///   - environment: the environment.
    ///   - file: the path of the file; by default what the environment says.
    package init(flags: [String: String] = [:], environment: [String: String] = [:], file: String? = nil) {
        self.flags = flags
        self.environment = environment.filter { !$0.value.isEmpty }
        self.file = file ?? self.environment[Self.fileVariable]
    }
}
