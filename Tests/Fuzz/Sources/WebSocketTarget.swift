import ChannelSocket
import NIOCore

/// Decodes a client's WebSocket frames, at once and in pieces; both must come to the same.
///
/// The first byte of the input says how large the pieces are, from 1 to 16 bytes.
let webSocketTarget: FuzzTarget = { input in
    var bytes = frame(input)
    guard let first: UInt8 = bytes.readInteger() else { return }
    let whole = decode(bytes, pieces: max(1, bytes.readableBytes))
    let inPieces = decode(bytes, pieces: Int(first & 15) + 1)
    precondition(whole == inPieces, "at once \(whole), in pieces \(inPieces)")
    for event in whole.events {
        switch event {
        case .text(let text):
            precondition(text.readableBytes <= maxMessageBytes)
            precondition(String(validating: text.readableBytesView, as: UTF8.self) != nil)
        case .binary(let bytes):
            precondition(bytes.readableBytes <= maxMessageBytes)
        case .ping(let bytes), .pong(let bytes):
            precondition(bytes.readableBytes <= 125)
        case .close(_, let reason):
            precondition(reason.utf8.count <= 123)
        }
    }
}

private let maxMessageBytes = 512

private struct Decoded: Hashable {
    var events: [WebSocketEvent] = []
    var error: WebSocketError?
}

private func decode(_ bytes: ByteBuffer, pieces size: Int) -> Decoded {
    var bytes = bytes
    var decoder = WebSocketDecoder(maxMessageBytes: maxMessageBytes)
    var decoded = Decoded()
    do throws(WebSocketError) {
        while let piece = bytes.readSlice(length: min(size, bytes.readableBytes)), piece.readableBytes > 0 {
            decoder.append(piece)
            while let event = try decoder.next() { decoded.events.append(event) }
        }
    } catch {
        decoded.error = error
        precondition(decoder.isFinished && !decoder.isMidMessage)
    }
    return decoded
}
