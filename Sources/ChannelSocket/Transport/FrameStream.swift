import NIOCore

/// The finished WebSocket frames that one audience is to get at the end of the current loop tick.
///
/// The audience is either the subscribers of a topic that share a serializer, or a single connection. Frames lie one
/// after another in one buffer, so that a target with nothing else pending gets all of them in one write.
final class FrameStream {
    /// Where a frame ends and where it belongs in the order of the tick.
    struct Mark {
        /// Position among all frames of the tick, over all streams.
        var sequence: UInt32
        /// Whether the frame is a broadcast, which a slow consumer may have to do without.
        var isBroadcast: Bool
        /// Offset in ``FrameStream/bytes`` behind the frame's last byte.
        var end: Int
        /// Number of the connection that must not get the frame; 0 for none.
        var excluded: UInt64
    }

    // Unchecked is safe: only the event loop touches a stream, and what writes a frame gets the bytes, not the stream.
    @exclusivity(unchecked) private(set) var bytes = ByteBuffer()
    @exclusivity(unchecked) private(set) var marks: ContiguousArray<Mark> = []
    /// How many of the frames are broadcasts.
    private(set) var broadcasts = 0
    /// Whether a frame of this stream leaves somebody out.
    private(set) var hasExclusions = false
    /// The set of connections with frames in this stream alone; kept by ``StreamSets``.
    var set = StreamSets.empty

    /// Whether some frames are broadcasts and some are not.
    var isMixed: Bool { broadcasts != 0 && broadcasts != marks.count }

    /// Appends one frame.
    ///
    /// - Parameters:
    ///   - sequence: position of the frame in the tick.
    ///   - isBroadcast: whether it is a broadcast.
    ///   - excluded: number of the connection that must not get it; 0 for none.
    ///   - write: writes the whole frame, header included; if it throws, nothing is appended.
    /// - Throws: what `write` throws.
    @inline(__always)
    func append<Failure: Error>(
        sequence: UInt32,
        isBroadcast: Bool,
        excluded: UInt64,
        write: (inout ByteBuffer) throws(Failure) -> Void
    ) throws(Failure) {
        let start = bytes.writerIndex
        do throws(Failure) {
            try write(&bytes)
        } catch {
            bytes.moveWriterIndex(to: start)
            throw error
        }
        marks.append(
            Mark(sequence: sequence, isBroadcast: isBroadcast, end: bytes.writerIndex, excluded: excluded)
        )
        if isBroadcast { broadcasts += 1 }
        if excluded != 0 { hasExclusions = true }
    }

    /// Whether a connection must not get some frame of the stream.
    func excludes(_ number: UInt64) -> Bool {
        hasExclusions && marks.contains { $0.excluded == number }
    }

    /// Gives back storage that the frames do not fill, before they are written.
    ///
    /// A client that does not read keeps what is written to it, and with a few bytes all the storage they are in: it
    /// must not hold many times what counts as held.
    func compact() {
        guard bytes.storageCapacity > 256, bytes.storageCapacity / 4 > bytes.readableBytes else { return }
        bytes = ByteBuffer(bytes: bytes.readableBytesView)
    }

    /// Forgets the frames but keeps modest storage for the next tick.
    func reset() {
        if bytes.capacity > 8 * 1024 {
            bytes = ByteBuffer()
        } else {
            bytes.clear()
        }
        marks.removeAll(keepingCapacity: marks.capacity <= 256)
        hasExclusions = false
        broadcasts = 0
    }
}
