internal import NIOCore
internal import NIOSSL
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The certificate that a node shows to clients, which a reload may replace.
final class ServerCertificate: Sendable {
    /// When the certificate ends that was read first.
    let expiry: Date
    private let context: Mutex<NIOSSLContext>

    /// Reads a certificate.
    ///
    /// - Parameter section: where it is.
    /// - Throws: ``ServerCertificateError`` that names the file.
    init(_ section: TLSSection) throws(ServerCertificateError) {
        let (context, expiry) = try Self.read(section)
        self.context = Mutex(context)
        self.expiry = expiry
    }

    /// Shows another certificate on connections from now on.
    ///
    /// - Parameter other: the other certificate.
    func replace(with other: ServerCertificate) {
        let new = other.context.withLock { $0 }
        context.withLock { $0 = new }
    }

    /// Has a new connection encrypted.
    ///
    /// - Parameter channel: the connection.
    /// - Throws: what the pipeline throws, if the connection is closed already.
    func encrypt(_ channel: any Channel) throws {
        let context = context.withLock { $0 }
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
    }

    /// Reads chain and key, and makes sure that they belong together.
    private static func read(_ section: TLSSection) throws(ServerCertificateError) -> (NIOSSLContext, expiry: Date) {
        guard let certificatePath = section.certificate, let keyPath = section.key else {
            throw ServerCertificateError("tls.certificate", "must be given, and tls.key beside it")
        }
        let certificates = try contents(of: certificatePath, named: "tls.certificate")
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(certificates), let first = chain.first else {
            throw ServerCertificateError("tls.certificate", "names \(certificatePath), which has no certificate in PEM")
        }
        let keyBytes = try contents(of: keyPath, named: "tls.key")
        guard let key = try? NIOSSLPrivateKey(bytes: keyBytes, format: .pem) else {
            throw ServerCertificateError("tls.key", "names \(keyPath), which has no private key in PEM")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = section.minimumVersion == .v13 ? .tlsv13 : .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        guard let context = try? NIOSSLContext(configuration: configuration) else {
            throw ServerCertificateError(
                "tls.key", "names \(keyPath), whose key is not that of the certificate in \(certificatePath)"
            )
        }
        return (context, Date(timeIntervalSince1970: TimeInterval(first.notValidAfter)))
    }

    private static func contents(
        of path: String, named setting: String
    ) throws(ServerCertificateError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            let isThere = FileManager.default.fileExists(atPath: path)
            throw ServerCertificateError(
                setting, "names \(path), which \(isThere ? "cannot be read: is it yours?" : "is not there")"
            )
        }
        return Array(data)
    }
}
