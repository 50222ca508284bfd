/// A WebSocket frame as a client sends it, valid or not.
public struct TestFrame: Hashable, Sendable {
    /// The opcode: 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong; others are reserved.
    public var opcode: UInt8
    /// The payload, before masking.
    public var payload: [UInt8]
    /// Whether this is the message's last frame.
    public var fin: Bool
    /// The three reserved bits: 4 is RSV1, 2 is RSV2, 1 is RSV3.
    public var rsv: UInt8
    /// Whether the payload is masked, as clients must.
    public var masked: Bool
    /// The length the header claims instead of the payload's own; always written in 8 bytes.
    public var claimedLength: UInt64?

    /// Creates a frame.
    public init(
        opcode: UInt8, payload: [UInt8] = [], fin: Bool = true, rsv: UInt8 = 0, masked: Bool = true,
        claimedLength: UInt64? = nil
    ) {
        self.opcode = opcode
        self.payload = payload
        self.fin = fin
        self.rsv = rsv
        self.masked = masked
        self.claimedLength = claimedLength
    }

    /// Creates a frame whose payload is a text.
    public init(opcode: UInt8, text: String, fin: Bool = true) {
        self.init(opcode: opcode, payload: Array(text.utf8), fin: fin)
    }

    /// Creates a close frame; without a code its payload is empty.
    public static func close(code: UInt16?, reason: String = "") -> TestFrame {
        guard let code else { return TestFrame(opcode: 8) }
        return TestFrame(opcode: 8, payload: [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason.utf8))
    }

    /// The frame's bytes, as RFC 6455 section 5.2 lays them out.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8] = [(fin ? 0x80 : 0) | (rsv & 7) << 4 | opcode & 0x0F]
        let maskBit: UInt8 = masked ? 0x80 : 0
        let length = claimedLength ?? UInt64(payload.count)
        switch length {
        case _ where claimedLength != nil, 65536...: bytes += [maskBit | 127] + bigEndian(length, size: 8)
        case 126...: bytes += [maskBit | 126] + bigEndian(length, size: 2)
        default: bytes.append(maskBit | UInt8(length))
        }
        guard masked else { return bytes + payload }
        let key = (0..<4).map { _ in UInt8.random(in: 0...255) }
        bytes += key
        bytes.reserveCapacity(bytes.count + payload.count)
        for (index, byte) in payload.enumerated() { bytes.append(byte ^ key[index & 3]) }
        return bytes
    }

    private func bigEndian(_ number: UInt64, size: Int) -> [UInt8] {
        (0..<size).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }
}
