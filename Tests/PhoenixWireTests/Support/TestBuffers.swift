import NIOCore
import PhoenixWire

extension ByteBuffer {
    /// The bytes written in hexadecimal.
    init(hex: String) {
        self.init()
        var high: UInt8?
        for character in hex {
            guard let digit = character.hexDigitValue.map(UInt8.init(truncatingIfNeeded:)) else { continue }
            if let first = high {
                writeInteger(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
    }

    var hex: String {
        readableBytesView.map { String($0 >> 4, radix: 16) + String($0 & 0xF, radix: 16) }.joined()
    }

    var text: String { String(buffer: self) }
}

extension Payload {
    var text: String { bytes.text }
}

extension Serializer {
    func message(_ text: String, limits: DecodingLimits = .default) throws -> Message? {
        try message(ByteBuffer(string: text), limits: limits)
    }

    func message(_ text: ByteBuffer, limits: DecodingLimits = .default) throws -> Message? {
        guard case .message(let message) = try decode(text: text, limits: limits) else { return nil }
        return message
    }
}

/// The code of the error that the body throws, nil if it throws none.
func errorCode(_ body: () throws -> Void) -> WireError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? WireError)?.code
    }
}
