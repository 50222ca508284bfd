/// Encryption by the node itself, for those without a proxy.
public struct TLSSection: Hashable, Sendable {
    /// A version of TLS.
    public enum Version: String, Hashable, Sendable, CaseIterable {
        /// TLS 1.2.
        case v12 = "1.2"
        /// TLS 1.3.
        case v13 = "1.3"
    }

    /// The path of the certificate, PEM, with those of its issuers behind it; nil for connections in the clear.
    public var certificate: String?
    /// The path of its private key, PEM.
    public var key: String?
    /// The oldest version that clients may speak.
    public var minimumVersion = Version.v12

    /// Creates the section with its defaults: no encryption.
    public init() {}

    /// Whether connections are encrypted.
    var isOn: Bool { certificate != nil }
}
