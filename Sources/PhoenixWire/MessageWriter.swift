internal import NIOCore

/// Writes the pieces of one message into space reserved for all of it.
///
/// Sizes are computed before, so that a message costs one check of the buffer's capacity and no allocation besides
/// its growth.
struct MessageWriter {
    private let space: UnsafeMutableRawBufferPointer
    /// How many bytes have been written.
    private(set) var count = 0

    /// Creates a writer that fills the space from its start.
    init(_ space: UnsafeMutableRawBufferPointer) {
        self.space = space
    }

    /// Writes one byte.
    @inline(__always)
    mutating func write(_ byte: UInt8) {
        precondition(count < space.count, "a message is larger than the size computed for it")
        space[count] = byte
        count &+= 1
    }

    /// Writes bytes.
    @inline(__always)
    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= space.count &- count, "a message is larger than the size computed for it")
        guard let source = bytes.baseAddress, let base = space.baseAddress, !bytes.isEmpty else { return }
        (base + count).copyMemory(from: source, byteCount: bytes.count)
        count &+= bytes.count
    }

    /// Writes constant ASCII.
    @inline(__always)
    mutating func write(_ literal: StaticString) {
        write(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Writes the UTF-8 of the text as it is.
    @inline(__always)
    mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    /// Writes the readable bytes of a buffer.
    @inline(__always)
    mutating func write(_ buffer: ByteBuffer) {
        buffer.withUnsafeReadableBytes { write($0) }
    }

    /// Writes the text as a JSON string literal, quotes included.
    @inline(__always)
    mutating func writeString(_ text: String) {
        write(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            let plain = JSONString.plainPrefix(of: bytes)
            write(UnsafeRawBufferPointer(rebasing: bytes[..<plain]))
            if plain < bytes.count {
                writeEscaping(UnsafeRawBufferPointer(rebasing: bytes[plain...]))
            }
        }
        write(UInt8(ascii: "\""))
    }

    @inline(never)
    private mutating func writeEscaping(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            if !JSONString.needsEscape(byte) {
                write(byte)
            } else if let letter = JSONString.shortEscape(of: byte) {
                write(UInt8(ascii: "\\"))
                write(letter)
            } else {
                write("\\u00")
                write(hexDigit(byte >> 4))
                write(hexDigit(byte & 0xF))
            }
        }
    }

    private func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}

extension ByteBuffer {
    /// Appends one message.
    ///
    /// - Parameters:
    ///   - size: the exact number of bytes.
    ///   - body: writes them.
    @inline(__always)
    mutating func writeMessage(of size: Int, _ body: (inout MessageWriter) -> Void) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: size) { space in
            var writer = MessageWriter(UnsafeMutableRawBufferPointer(rebasing: space[..<size]))
            body(&writer)
            return writer.count
        }
    }
}
