import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Takes TLS connections and passes what is in them on to a port, with a certificate of its own for 127.0.0.1.
struct TLSRelay {
    /// The port it listens on.
    let port: Int
    /// The certificate, which a client must trust to connect.
    let certificate: NIOSSLCertificate

    private let channel: any Channel

    /// Starts a relay.
    static func start(to port: Int) async throws -> TLSRelay {
        let (certificate, key) = try makeCertificate()
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(certificate)], privateKey: .privateKey(key)
        )
        let context = try NIOSSLContext(configuration: configuration)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            // Nothing is read before there is somebody to pass it on to.
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .connect(host: "127.0.0.1", port: port)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandlers(
                            NIOSSLServerHandler(context: context), RelayHandler(to: server)
                        )
                        try server.pipeline.syncOperations.addHandler(RelayHandler(to: client))
                    }
                    .flatMap { client.setOption(.autoRead, value: true) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return TLSRelay(port: channel.localAddress?.port ?? 0, certificate: certificate, channel: channel)
    }

    func stop() async throws {
        try await channel.close()
    }

    private static func makeCertificate() throws -> (NIOSSLCertificate, NIOSSLPrivateKey) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cs-tls-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (
            folder.appendingPathComponent("c.pem").path, folder.appendingPathComponent("k.pem").path
        )
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments =
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
            + ["-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"]
            + ["-keyout", key, "-out", certificate]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        let certificates = try NIOSSLCertificate.fromPEMFile(certificate)
        return (certificates[0], try NIOSSLPrivateKey(file: key, format: .pem))
    }
}

/// Passes bytes on to another connection of the same event loop.
private final class RelayHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) {
        self.other = other
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        other.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
