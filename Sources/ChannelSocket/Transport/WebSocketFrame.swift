package import NIOCore

/// Writes server frames: unmasked, final, behind whatever the buffer already holds.
///
/// Source: RFC 6455 §5.
package enum WebSocketFrame {
    /// The longest body of a control frame.
    package static let maxControlBytes = 125

    /// Writes a frame whose body is produced in place.
    ///
    /// Nothing is copied if `sizeHint` is in the same size class as the body (below 126, below 65536, above);
    /// otherwise the body is moved by a few bytes.
    ///
    /// - Parameters:
    ///   - buffer: where to append the frame.
    ///   - sizeHint: about how long the body will be.
    ///   - body: appends the body, and nothing else, to the buffer and returns the opcode.
    /// - Throws: what `body` throws; the buffer is then as it was.
    @inline(__always)
    package static func write<Failure: Error>(
        into buffer: inout ByteBuffer,
        sizeHint: Int,
        body: (inout ByteBuffer) throws(Failure) -> WebSocketOpcode
    ) throws(Failure) {
        // Relative to the reader index: absolute indices shift when growing makes the buffer copy its storage.
        let frameOffset = buffer.readableBytes
        let guess = headerSize(sizeHint)
        buffer.reserveCapacity(minimumWritableBytes: guess + sizeHint)
        buffer.moveWriterIndex(forwardBy: guess)
        let opcode: WebSocketOpcode
        do throws(Failure) {
            opcode = try body(&buffer)
        } catch {
            buffer.moveWriterIndex(to: buffer.readerIndex + frameOffset)
            throw error
        }
        complete(opcode, in: &buffer, at: frameOffset, guess: guess)
    }

    /// Writes a frame with a body that exists already.
    ///
    /// - Parameters:
    ///   - opcode: what the frame is.
    ///   - body: the body; at most 125 bytes for control frames.
    ///   - buffer: where to append the frame.
    package static func write(_ opcode: WebSocketOpcode, _ body: ByteBuffer, into buffer: inout ByteBuffer) {
        precondition(!opcode.isControl || body.readableBytes <= maxControlBytes, "control frame too long")
        write(into: &buffer, sizeHint: body.readableBytes) { buffer in
            buffer.writeImmutableBuffer(body)
            return opcode
        }
    }

    /// Writes a close frame.
    ///
    /// - Parameters:
    ///   - code: the close code; nil for a frame without body.
    ///   - reason: a text for the peer; cut to what fits, between characters.
    ///   - buffer: where to append the frame.
    package static func writeClose(code: UInt16?, reason: String = "", into buffer: inout ByteBuffer) {
        write(into: &buffer, sizeHint: maxControlBytes) { buffer in
            guard let code else { return .close }
            buffer.writeInteger(code)
            var text = Substring(reason)
            while text.utf8.count > maxControlBytes - 2 {
                text.unicodeScalars.removeLast()
            }
            buffer.writeSubstring(text)
            return .close
        }
    }

    private static func headerSize(_ length: Int) -> Int {
        length < 126 ? 2 : length <= Int(UInt16.max) ? 4 : 10
    }

    /// Writes the header in front of the body, moving the body if the room left for it was guessed wrong.
    private static func complete(_ opcode: WebSocketOpcode, in buffer: inout ByteBuffer, at offset: Int, guess: Int) {
        let length = buffer.readableBytes - offset - guess
        let size = headerSize(length)
        if size != guess {
            moveBody(in: &buffer, from: offset + guess, to: offset + size, length: length)
        }
        let start = buffer.readerIndex + offset
        let first = 0x80 | opcode.rawValue
        switch size {
        case 2:
            buffer.setInteger(UInt16(first) << 8 | UInt16(length), at: start)
        case 4:
            buffer.setInteger(UInt32(first) << 24 | 126 << 16 | UInt32(length), at: start)
        default:
            buffer.setInteger(UInt16(first) << 8 | 127, at: start)
            buffer.setInteger(UInt64(length), at: start + 2)
        }
    }

    /// Moves the body, which is the last thing in the buffer.
    private static func moveBody(in buffer: inout ByteBuffer, from: Int, to: Int, length: Int) {
        if to > from {
            buffer.writeRepeatingByte(0, count: to - from)
        }
        buffer.withUnsafeMutableReadableBytes { bytes in
            let body = UnsafeRawBufferPointer(rebasing: bytes[from..<from + length])
            UnsafeMutableRawBufferPointer(rebasing: bytes[to..<to + length]).copyMemory(from: body)
        }
        buffer.moveWriterIndex(to: buffer.readerIndex + to + length)
    }
}
