internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// The certificate that a node shows to clients, which a reload may replace.
final class ServerCertificate: Sendable {
    private let context: Mutex<NIOSSLContext>

    /// Reads a certificate.
    ///
    /// - Parameter section: where it is.
    /// - Throws: ``ServerCertificateError`` that names the file.
    init(_ section: TLSSection) throws(ServerCertificateError) {
        context = Mutex(try Self.context(section))
    }

    /// Reads another certificate, for connections from now on.
    ///
    /// - Parameter section: where it is.
    /// - Throws: ``ServerCertificateError`` that names the file; the old certificate stays then.
    func replace(_ section: TLSSection) throws(ServerCertificateError) {
        let new = try Self.context(section)
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

    private static func context(_ section: TLSSection) throws(ServerCertificateError) -> NIOSSLContext {
        guard let certificatePath = section.certificate, let keyPath = section.key else {
            throw ServerCertificateError("TLS needs both tls.certificate and tls.key")
        }
        let chain = try reading(certificatePath) { try NIOSSLCertificate.fromPEMFile(certificatePath) }
        let key = try reading(keyPath) { try NIOSSLPrivateKey(file: keyPath, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = section.minimumVersion == .v13 ? .tlsv13 : .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw ServerCertificateError("the key in \(keyPath) is not that of the certificate in \(certificatePath)")
        }
    }

    private static func reading<Value>(_ path: String, _ read: () throws -> Value) throws(ServerCertificateError)
        -> Value
    {
        do {
            return try read()
        } catch {
            throw ServerCertificateError("cannot use \(path): it must be a readable PEM file")
        }
    }
}
