import NIOCore

/// What libFuzzer calls with each input; 0 means that the input is to be kept if it reached new code.
typealias FuzzTarget = @convention(c) (_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt

/// The input as a buffer that ends where its memory ends, so that the address sanitizer notices reads past it.
func frame(_ start: UnsafePointer<UInt8>?, _ count: Int) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(count)
    let padding = buffer.capacity - count
    buffer.writeRepeatingByte(0, count: padding)
    buffer.writeBytes(UnsafeRawBufferPointer(start: start, count: count))
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
