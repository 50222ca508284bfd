/// Why a certificate can't be used.
struct ServerCertificateError: Error, Hashable, CustomStringConvertible {
    /// The setting that is wrong, such as `tls.key`.
    let setting: String
    /// What is wrong, for people; reads on after the setting's name, and names the file.
    let reason: String

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - setting: the setting that is wrong.
    ///   - reason: what is wrong; reads on after the setting's name.
    init(_ setting: String, _ reason: String) {
        self.setting = setting
        self.reason = reason
    }

    /// Both in a sentence.
    var description: String { "\(setting) \(reason)" }
}
