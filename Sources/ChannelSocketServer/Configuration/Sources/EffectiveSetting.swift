/// The value of a setting, for `config print`.
package struct EffectiveSetting: Hashable, Sendable {
    /// The setting, such as `listen.port` or `channels[0].topic`.
    package let path: String
    /// The value in the form of a file; stars for a secret.
    package let value: String
    /// Where it comes from.
    package let origin: SettingOrigin
    /// Whether a reload takes a new value into force.
    package let isReloadable: Bool
    /// Tells values apart that are printed alike, as secrets are.
    let identity: Int
}
