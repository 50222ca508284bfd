import NIOCore

/// A message that has not arrived completely, because of fragmentation or because a read ended inside a frame.
///
/// A class so that a decoder with nothing pending, which is nearly all of them, carries one nil word.
final class WebSocketPartialMessage {
    /// Whether the message is text.
    let isText: Bool
    /// The bytes so far, without their mask.
    private(set) var bytes = ByteBuffer()
    /// How many bytes of the current frame have not arrived.
    private(set) var missingInFrame = 0
    /// How many frames have begun.
    private var frames = 0
    /// Whether the current frame is the last.
    private var isFinal = false
    /// The masking key for the next byte of the current frame.
    private var key: UInt32 = 0
    private var validator = UTF8Validator()

    init(isText: Bool) {
        self.isText = isText
    }

    /// Whether every frame of the message is there.
    var isComplete: Bool { isFinal && missingInFrame == 0 }

    /// Whether there are more frames than one for each 16 bytes, beyond the first 1,000.
    ///
    /// Nobody needs so many, and whoever sends them keeps the event loop busy with headers: a message counts as one,
    /// however many frames it comes in.
    var isShredded: Bool { frames > 1_000 + bytes.readableBytes / 16 }

    /// Begins the next frame of the message.
    func beginFrame(_ header: WebSocketFrameHeader) {
        frames += 1
        missingInFrame = header.length
        isFinal = header.isFinal
        key = header.maskingKey
    }

    /// Takes what there is of the current frame.
    ///
    /// The buffer grows with what arrives, by doubling, and not to what the header claims.
    ///
    /// - Throws: ``WebSocketError`` (1007) at the first byte that makes a text invalid.
    func absorb(_ source: inout ByteBuffer) throws(WebSocketError) {
        let count = min(missingInFrame, source.readableBytes)
        let offset = bytes.readableBytes
        let isASCII = bytes.writeUnmasked(&source, count: count, key: key)
        missingInFrame -= count
        let rotation = UInt32((count & 3) * 8)
        key = key >> rotation | key << ((32 - rotation) & 31)

        guard isText else { return }
        // The fast path must not skip ASCII that cuts a character short.
        if !(isASCII && validator.isComplete) {
            let isValid = bytes.withUnsafeReadableBytes { all in
                validator.validate(UnsafeRawBufferPointer(rebasing: all[offset...]))
            }
            guard isValid else { throw .invalidUTF8 }
        }
        guard !isComplete || validator.isComplete else { throw .invalidUTF8 }
    }
}
