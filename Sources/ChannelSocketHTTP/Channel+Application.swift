import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

extension Channel {
    /// Adds what Hummingbird's `HTTP1Channel` has behind the HTTP codec, but for the idle timeout, which
    /// ``UpgradeHandler`` has.
    ///
    /// - Parameters:
    ///   - configuration: the HTTP side of the server.
    ///   - isSecure: whether the connection is encrypted.
    ///   - logger: the server's logger.
    /// - Returns: the connection, for `handleHTTP(asyncChannel:logger:)`.
    /// - Throws: what the pipeline throws, if the connection is closed already.
    func addApplicationHandlers(
        _ configuration: HTTP1Channel.Configuration, isSecure: Bool, logger: Logger
    ) throws -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
        let pipeline = pipeline.syncOperations
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: isSecure))
        try pipeline.addHandlers(configuration.additionalChannelHandlers())
        try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: nil, logger: logger))
        return try NIOAsyncChannel(
            wrappingChannelSynchronously: self,
            configuration: .init(isOutboundHalfClosureEnabled: true)
        )
    }
}
