import NIOCore

@testable import ChannelSocket

/// A frame as a client sends it, well-formed or not.
struct ClientFrame {
    var opcode: UInt8 = 1
    var body: [UInt8] = []
    var isFinal = true
    var reserved: UInt8 = 0
    var key: [UInt8]? = [0x37, 0xFA, 0x21, 0x3D]
    /// Replaces the length field: its first seven bits and the extended length.
    var lengthField: (UInt8, [UInt8])?

    static func text(_ text: String, isFinal: Bool = true) -> ClientFrame {
        ClientFrame(body: Array(text.utf8), isFinal: isFinal)
    }

    static func continuation(_ text: String, isFinal: Bool = true) -> ClientFrame {
        ClientFrame(opcode: 0, body: Array(text.utf8), isFinal: isFinal)
    }

    static func close(_ code: UInt16, _ reason: [UInt8] = []) -> ClientFrame {
        ClientFrame(opcode: 8, body: [UInt8(code >> 8), UInt8(code & 0xFF)] + reason)
    }

    var bytes: [UInt8] {
        let length: (UInt8, [UInt8])
        switch body.count {
        case ..<126: length = (UInt8(body.count), [])
        case ..<65536: length = (126, [UInt8(body.count >> 8), UInt8(body.count & 0xFF)])
        default: length = (127, (0..<8).map { UInt8(truncatingIfNeeded: body.count >> (56 - 8 * $0)) })
        }
        let field = lengthField ?? length
        let masked = key.map { key in body.indices.map { body[$0] ^ key[$0 % 4] } } ?? body
        return [(isFinal ? 0x80 : 0) | reserved << 4 | opcode, (key == nil ? 0 : 0x80) | field.0] + field.1
            + (key ?? []) + masked
    }
}

/// What a decoder made of some bytes.
struct Decoded: Equatable {
    var events: [WebSocketEvent] = []
    var error: WebSocketError?

    /// Feeds the chunks to a new decoder, taking out the events after each.
    init(_ chunks: [[UInt8]], maxMessageBytes: Int = 1 << 20) {
        var decoder = WebSocketDecoder(maxMessageBytes: maxMessageBytes)
        do throws(WebSocketError) {
            for chunk in chunks {
                decoder.append(ByteBuffer(bytes: chunk))
                while let event = try decoder.next() {
                    events.append(event)
                }
            }
        } catch {
            self.error = error
        }
    }

    init(_ frames: ClientFrame..., maxMessageBytes: Int = 1 << 20) {
        self.init([frames.flatMap(\.bytes)], maxMessageBytes: maxMessageBytes)
    }
}

extension WebSocketEvent {
    static func text(_ text: String) -> WebSocketEvent { .text(ByteBuffer(string: text)) }
}
