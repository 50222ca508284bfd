/// Why a setting can't have a value; reads on after the setting's name.
struct SettingProblem: Error, Equatable {
    /// What is wrong, such as `must be a number, not 'x'`.
    let text: String

    /// Creates a problem.
    ///
    /// - Parameter text: what is wrong; must not contain a secret.
    init(_ text: String) {
        self.text = text
    }

    /// Creates the usual problem.
    ///
    /// - Parameters:
    ///   - value: the value that was given; not a secret.
    ///   - expected: what it should have been.
    init(_ value: String, not expected: String) {
        text = "must be \(expected), not '\(value)'"
    }
}
