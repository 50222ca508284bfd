import NIOCore

/// A frame that a client wrote, unmasked.
struct ClientFrame {
    let opcode: UInt8
    let key: UInt32
    let payload: [UInt8]

    /// Takes the next frame; nil if there is none.
    init?(from buffer: inout ByteBuffer) {
        guard let first: UInt8 = buffer.readInteger(), let second: UInt8 = buffer.readInteger(), second & 0x80 != 0
        else {
            return nil
        }
        let length: Int? =
            switch second & 0x7F {
            case 126: buffer.readInteger(as: UInt16.self).map(Int.init)
            case 127: buffer.readInteger(as: UInt64.self).map { Int($0) }
            case let short: Int(short)
            }
        guard let length, let key = buffer.readBytes(length: 4), let masked = buffer.readBytes(length: length) else {
            return nil
        }
        opcode = first & 0x0F
        self.key = key.reduce(0) { $0 << 8 | UInt32($1) }
        payload = masked.enumerated().map { $1 ^ key[$0 & 3] }
    }
}
