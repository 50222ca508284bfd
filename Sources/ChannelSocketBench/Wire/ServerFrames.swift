internal import NIOCore

/// Cuts the bytes of a server into WebSocket frames (RFC 6455, section 5.2), without copying whole ones.
struct ServerFrames {
    enum Failure: Error, CustomStringConvertible {
        case masked
        case fragmented
        case tooLong(Int)

        var description: String {
            switch self {
            case .masked: "the server sent a masked frame"
            case .fragmented: "the server sent a fragmented message, which the generator does not support"
            case .tooLong(let length): "the server sent a frame of \(length) bytes"
            }
        }
    }

    private static let maxFrameBytes = 64 << 20

    /// The part of a frame that has come.
    private var partial: ByteBuffer?

    /// Takes what was received, frame by frame.
    ///
    /// - Parameters:
    ///   - received: the bytes; read to their end.
    ///   - visit: takes a frame's opcode and payload, which is valid during the call only.
    /// - Throws: a ``Failure``, or what `visit` throws.
    mutating func read(
        _ received: inout ByteBuffer, visit: (UInt8, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        if var begun = partial {
            partial = nil
            begun.writeBuffer(&received)
            try cut(&begun, visit)
            if begun.readableBytes > 0 {
                begun.discardReadBytes()
                partial = begun
            }
        } else {
            try cut(&received, visit)
            // A copy: a slice would keep the receive buffer from being used again.
            if received.readableBytes > 0 { partial = ByteBuffer(bytes: received.readableBytesView) }
            received.moveReaderIndex(to: received.writerIndex)
        }
    }

    private func cut(_ buffer: inout ByteBuffer, _ visit: (UInt8, UnsafeRawBufferPointer) throws -> Void) throws {
        let consumed = try buffer.withUnsafeReadableBytes { bytes in
            var offset = 0
            while let frame = try Self.frame(in: bytes, at: offset) {
                try visit(frame.opcode, UnsafeRawBufferPointer(rebasing: bytes[frame.payload]))
                offset = frame.payload.upperBound
            }
            return offset
        }
        buffer.moveReaderIndex(forwardBy: consumed)
    }

    private static func frame(
        in bytes: UnsafeRawBufferPointer, at offset: Int
    ) throws -> (opcode: UInt8, payload: Range<Int>)? {
        guard bytes.count - offset >= 2 else { return nil }
        let first = bytes[offset]
        let second = bytes[offset + 1]
        guard second & 0x80 == 0 else { throw Failure.masked }
        guard first & 0x80 != 0, first & 0x0F != 0 else { throw Failure.fragmented }
        var start = offset + 2
        var length = Int(second)
        if second >= 126 {
            let width = second == 126 ? 2 : 8
            guard bytes.count - start >= width else { return nil }
            let big = bytes[start..<start + width].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            length = Int(clamping: big)
            start += width
        }
        guard length <= maxFrameBytes else { throw Failure.tooLong(length) }
        guard bytes.count - start >= length else { return nil }
        return (first & 0x0F, start..<start + length)
    }
}
