/// Why a configuration can't be used: everything that is wrong with it.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in the order of the settings; never empty.
    public let problems: [ConfigurationProblem]

    /// All problems, one a line.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

extension ConfigurationError {
    /// Creates the error for an assignment on the command line that is none.
    ///
    /// - Parameter text: the text; not repeated, since it may be a secret.
    /// - Returns: the error.
    package static func malformedAssignment(_ text: String) -> ConfigurationError {
        let problem = "must be followed by KEY=VALUE"
        return ConfigurationError(problems: [ConfigurationProblem("--set", from: .unset, problem)])
    }
}
