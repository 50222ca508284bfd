import NIOCore

#if canImport(Glibc)
import Glibc

private let sendToSocket = Glibc.send
#elseif canImport(Musl)
import Musl

private let sendToSocket = Musl.send
#endif

/// Writes to a connection's socket with `send(2)`, past NIO's write path.
///
/// A broadcast is one small write for each of many sockets, and NIO's bookkeeping (pending writes, refcounts, pipeline)
/// costs almost half as much as the system call itself. Only for sockets without TLS, whose pipeline ends in our
/// handler, and only while NIO holds no bytes for the socket; ``WebSocketConnection`` sees to both.
struct DirectSocket {
    private let descriptor: NIOBSDSocket.Handle

    /// The socket under a handler; nil if there is another handler in the pipeline, or no socket.
    ///
    /// The descriptor is NIO's and is good only until the channel becomes inactive.
    init?(ifAlone context: ChannelHandlerContext) {
        #if os(Linux)
        // NIO tells what is in a pipeline only in its description: two lines and one for each handler. Whatever else
        // the description may one day look like, the result can only be that direct writes are not used.
        let isAlone = context.pipeline.debugDescription.split(separator: "\n").count == 3
        let transport = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self, { $0 }
        )
        guard isAlone, let descriptor = transport else { return nil }
        self.descriptor = descriptor
        #else
        // Without MSG_NOSIGNAL a closed peer would raise SIGPIPE.
        return nil
        #endif
    }

    /// Sends what the socket takes without blocking.
    ///
    /// - Returns: how many bytes it took; 0 also when it failed, which NIO will find out with its own write.
    func send(_ bytes: ByteBuffer) -> Int {
        #if os(Linux)
        let sent = bytes.withUnsafeReadableBytes { bytes in
            sendToSocket(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
        return max(0, sent)
        #else
        return 0
        #endif
    }
}
