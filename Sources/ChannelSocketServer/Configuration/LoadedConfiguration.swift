/// A configuration, and where each of its values comes from.
package struct LoadedConfiguration: Sendable {
    /// The configuration.
    package let configuration: ServerConfiguration
    /// All values in the order of the reference.
    package let settings: [EffectiveSetting]
    /// What it was read from.
    package let sources: ConfigurationSources
    /// What can be done and is hardly meant, in the form of problems.
    package var warnings: [ConfigurationProblem] = []
    /// The files it depends on, its own and those of secrets and certificates, as they were before they were read; nil
    /// for one that was not there.
    let files: [String: FileFingerprint?]
}
