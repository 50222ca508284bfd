import NIOCore

/// Lets a WebSocket and its connection talk past the handlers that an application has left between them.
///
/// What made the connection an asynchronous sequence of requests can't be removed from a pipeline. One end of the bypass
/// goes before it and one behind it; everything takes the way from end to end, and what still comes from between is
/// without effect.
enum ApplicationBypass {
    /// Installs both ends: one right behind a handler, the other at the end of the pipeline.
    ///
    /// - Throws: what the pipeline throws, if the connection is closed already.
    static func install(
        behind handler: any ChannelHandler, in pipeline: ChannelPipeline.SynchronousOperations
    ) throws {
        let (near, far) = (NearEnd(), FarEnd())
        try pipeline.addHandler(near, position: .after(handler))
        try pipeline.addHandler(far)
        (near.far, far.near) = (far.context, near.context)
    }

    /// The end at the connection.
    private final class NearEnd: ChannelDuplexHandler {
        typealias InboundIn = Any
        typealias OutboundIn = Any

        private(set) var context: ChannelHandlerContext?
        var far: ChannelHandlerContext?

        func handlerAdded(context: ChannelHandlerContext) {
            self.context = context
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            self.context = nil
            far = nil
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { far?.fireChannelRead(data) }

        func channelReadComplete(context: ChannelHandlerContext) { far?.fireChannelReadComplete() }

        func channelWritabilityChanged(context: ChannelHandlerContext) { far?.fireChannelWritabilityChanged() }

        func channelInactive(context: ChannelHandlerContext) { far?.fireChannelInactive() }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            far?.fireUserInboundEventTriggered(event)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { far?.fireErrorCaught(error) }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            promise?.fail(ChannelError.outputClosed)
        }

        func flush(context: ChannelHandlerContext) {}

        func read(context: ChannelHandlerContext) {}

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            promise?.succeed(())
        }
    }

    /// The end at the WebSocket.
    private final class FarEnd: ChannelDuplexHandler {
        typealias InboundIn = Any
        typealias OutboundIn = Any

        private(set) var context: ChannelHandlerContext?
        var near: ChannelHandlerContext?

        func handlerAdded(context: ChannelHandlerContext) {
            self.context = context
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            self.context = nil
            near = nil
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

        func channelReadComplete(context: ChannelHandlerContext) {}

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            guard let near else {
                promise?.fail(ChannelError.ioOnClosedChannel)
                return
            }
            near.write(data, promise: promise)
        }

        func flush(context: ChannelHandlerContext) { near?.flush() }

        func read(context: ChannelHandlerContext) { near?.read() }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            guard let near else {
                promise?.fail(ChannelError.alreadyClosed)
                return
            }
            near.close(mode: mode, promise: promise)
        }
    }
}
