internal import ArgumentParser
internal import NIOSSL

/// Whose certificates to trust, for commands that ask nodes.
struct TrustOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Trust the certificates in this PEM file instead of the system's.", valueName: "file")
    )
    var caFile: String?

    /// What to demand of a node's certificate.
    ///
    /// - Throws: `ValidationError` when the file has no certificates.
    func tls() throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        guard let caFile else { return tls }
        guard let certificates = try? NIOSSLCertificate.fromPEMFile(caFile), !certificates.isEmpty else {
            throw ValidationError("--ca-file: \(caFile) has no certificates in PEM form")
        }
        tls.trustRoots = .certificates(certificates)
        return tls
    }
}
