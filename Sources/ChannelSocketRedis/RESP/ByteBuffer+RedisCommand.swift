import CHiredis
import NIOCore

extension ByteBuffer {
    /// Appends a command as RESP.
    ///
    /// - Parameter arguments: the command's name and its arguments.
    mutating func writeRedisCommand(_ arguments: [RedisArgument]) {
        // One after another in one place, so that all pointers are valid together: a command may have thousands.
        var gathered = ByteBuffer()
        let lengths = arguments.map { gathered.writeRedisArgument($0) }
        gathered.withUnsafeReadableBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: lengths.count) { slices in
                var start = 0
                for (index, length) in lengths.enumerated() {
                    let slice = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
                    slices.initializeElement(at: index, to: slice)
                    start += length
                }
                writeRedisCommand(slices)
            }
        }
    }

    /// Appends a PUBLISH command as RESP: the hot path, which needs no array of arguments.
    mutating func writeRedisPublish(channel: String, payload: ByteBuffer) {
        var channel = channel
        channel.withUTF8 { channel in
            payload.withUnsafeReadableBytes { payload in
                withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: 3) { slices in
                    let name: StaticString = "PUBLISH"
                    slices.initializeElement(
                        at: 0, to: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
                    slices.initializeElement(at: 1, to: UnsafeRawBufferPointer(channel))
                    slices.initializeElement(at: 2, to: payload)
                    writeRedisCommand(slices)
                }
            }
        }
    }

    /// Appends the bytes of an argument, and returns their number.
    private mutating func writeRedisArgument(_ argument: RedisArgument) -> Int {
        switch argument {
        case .text(let text): writeString(text)
        case .bytes(let bytes): writeImmutableBuffer(bytes)
        }
    }

    /// Has hiredis format the command.
    private mutating func writeRedisCommand(_ slices: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>) {
        withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: slices.count) { pointers in
            withUnsafeTemporaryAllocation(of: Int.self, capacity: slices.count) { lengths in
                for (index, slice) in slices.enumerated() {
                    let pointer = slice.baseAddress?.assumingMemoryBound(to: CChar.self)
                    pointers.initializeElement(at: index, to: pointer)
                    lengths.initializeElement(at: index, to: slice.count)
                }
                var command: UnsafeMutablePointer<CChar>?
                let count = chiredis_format(
                    &command, CInt(slices.count), pointers.baseAddress, UnsafePointer(lengths.baseAddress))
                // hiredis fails only when there is no memory, which in Swift ends the process anyway.
                precondition(count >= 0, "hiredis could not format a command: out of memory")
                defer { redisFreeCommand(command) }
                writeBytes(UnsafeRawBufferPointer(start: command, count: Int(count)))
            }
        }
    }
}
