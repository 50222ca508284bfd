import NIOCore

/// What is done with each input; traps if the outcome is wrong.
typealias FuzzTarget = @Sendable (UnsafeRawBufferPointer) -> Void

/// The input as a buffer that ends where its memory ends, so that the address sanitizer notices reads past it.
func frame(_ input: UnsafeRawBufferPointer) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(input.count)
    let padding = buffer.capacity - input.count
    buffer.writeRepeatingByte(0, count: padding)
    buffer.writeBytes(input)
    buffer.moveReaderIndex(forwardBy: padding)
    return buffer
}

/// Runs the body, which must not throw.
func mustSucceed(_ body: () throws -> Void) {
    do {
        try body()
    } catch {
        preconditionFailure("\(error)")
    }
}
