import NIOCore

/// Where the bytes of all clients of an event loop arrive, one client after the other.
///
/// What was received is decoded at once, and only what is unfinished is kept, as a copy. So one buffer does for all
/// connections, and it stays in the processor's cache; NIO would keep one for each.
final class ReceiveBuffer {
    /// No more than that is received at once.
    private static let capacity = 16_384

    /// Unchecked is safe: only the event loop touches it, and a buffer calls nothing.
    @exclusivity(unchecked) private var spare: ByteBuffer?

    /// Takes the buffer, or another one if it was not given back.
    func take(_ allocator: ByteBufferAllocator) -> ByteBuffer {
        guard var buffer = spare.take() else { return allocator.buffer(capacity: Self.capacity) }
        // New storage if somebody has held on to the bytes.
        buffer.clear()
        return buffer
    }

    /// Gives the buffer back for the next read; those of other sizes are not its.
    func giveBack(_ buffer: ByteBuffer) {
        if buffer.capacity == Self.capacity { spare = buffer }
    }
}

/// Has a connection receive into the buffer of its event loop.
///
/// `@unchecked Sendable` is safe because a channel keeps its allocator to itself and calls it on its event loop, which is
/// the connection's.
struct SharedReceiveAllocator: RecvByteBufferAllocator, @unchecked Sendable {
    let connection: WebSocketConnection

    /// Called before the bytes are read from the socket.
    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        connection.workingSet.prefetch()
        return connection.loop.receiveBuffer.take(allocator)
    }

    /// Always true, for otherwise NIO would not ask for the next buffer but use its own again, the one of the HTTP request
    /// that it keeps for as long as the connection lives.
    func record(actualReadBytes: Int) -> Bool { true }
}
