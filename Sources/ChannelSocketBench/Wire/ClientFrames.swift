internal import NIOCore

/// Writes the masked WebSocket frames of a client (RFC 6455, section 5.3).
struct ClientFrames {
    static let text: UInt8 = 1
    static let close: UInt8 = 8
    static let pong: UInt8 = 10

    private var mask: UInt32

    /// Starts a series of masks.
    ///
    /// - Parameter seed: where the series starts. The masks protect nothing here, they only cost the server what a
    ///   browser's cost it.
    init(seed: UInt32) {
        mask = seed &* 2_654_435_761 | 1
    }

    /// Appends a frame.
    ///
    /// - Parameters:
    ///   - opcode: what the frame is.
    ///   - payload: its payload, unmasked.
    ///   - buffer: where the frame goes.
    mutating func append(_ opcode: UInt8, _ payload: UnsafeRawBufferPointer, to buffer: inout ByteBuffer) {
        buffer.reserveCapacity(minimumWritableBytes: payload.count + 14)
        buffer.writeInteger(0x80 | opcode)
        switch payload.count {
        case ..<126: buffer.writeInteger(0x80 | UInt8(payload.count))
        case ..<65_536: buffer.writeMultipleIntegers(0x80 | UInt8(126), UInt16(payload.count))
        default: buffer.writeMultipleIntegers(0x80 | UInt8(127), UInt64(payload.count))
        }
        let key = nextMask()
        buffer.writeInteger(key, endianness: .little)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: payload.count) { output in
            Self.xor(payload, key, into: output)
            return payload.count
        }
    }

    private mutating func nextMask() -> UInt32 {
        mask ^= mask << 13
        mask ^= mask >> 17
        mask ^= mask << 5
        return mask
    }

    private static func xor(_ input: UnsafeRawBufferPointer, _ key: UInt32, into output: UnsafeMutableRawBufferPointer)
    {
        let wide = UInt64(key) << 32 | UInt64(key)
        var offset = 0
        while offset + 8 <= input.count {
            let word = input.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            output.storeBytes(of: word ^ wide, toByteOffset: offset, as: UInt64.self)
            offset += 8
        }
        while offset < input.count {
            output[offset] = input[offset] ^ UInt8(truncatingIfNeeded: key >> (8 * UInt32(offset & 3)))
            offset += 1
        }
    }
}
