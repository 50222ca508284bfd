internal import NIOCore
package import NIOSSL

extension NIOSSLClientHandler {
    /// Speaks TLS with the host of a URL, which its certificate has to name.
    ///
    /// - Parameters:
    ///   - context: what is demanded of the certificate.
    ///   - url: where the connection leads.
    /// - Throws: what NIOSSL says of a name that cannot be asked for.
    package convenience init(context: NIOSSLContext, for url: PhoenixURL) throws {
        // An address can't be asked for by name, and is then checked against the certificate as an address.
        let isAddress = (try? SocketAddress(ipAddress: url.host, port: 0)) != nil
        try self.init(context: context, serverHostname: isAddress ? nil : url.host)
    }
}
