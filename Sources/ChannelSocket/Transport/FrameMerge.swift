import NIOCore

/// Puts the frames of several streams into one write for each connection, in the order of the tick.
struct FrameMerge {
    private var streams: [ObjectIdentifier: (connection: WebSocketConnection, streams: [FrameStream])] = [:]

    /// Notes that a connection has frames in a stream.
    mutating func add(_ stream: FrameStream, for connection: WebSocketConnection) {
        streams[ObjectIdentifier(connection), default: (connection, [])].streams.append(stream)
    }

    /// Writes the frames of all connections.
    func write(counting counters: LoopCounters) {
        for (connection, streams) in streams.values {
            connection.pendingStreams = 0
            let merged = Self.merge(streams, for: connection.number)
            guard merged.bytes.readableBytes > 0, connection.write(merged.bytes, areBroadcasts: false) else { continue }
            counters.messagesSent.addAsOnlyWriter(merged.frames)
            counters.deliveries.addAsOnlyWriter(merged.broadcasts)
            counters.bytesSent.addAsOnlyWriter(merged.bytes.readableBytes)
        }
    }

    /// The frames of the streams that the connection may get, in the order of their sequence.
    private static func merge(
        _ streams: [FrameStream], for number: UInt64
    ) -> (bytes: ByteBuffer, frames: Int, broadcasts: Int) {
        var frames: [(sequence: UInt32, bytes: ByteBufferView)] = []
        var size = 0
        var broadcasts = 0
        for stream in streams {
            var start = stream.bytes.readerIndex
            for mark in stream.marks {
                if mark.excluded != number {
                    let bytes = stream.bytes.viewBytes(at: start, length: mark.end - start) ?? ByteBufferView()
                    frames.append((mark.sequence, bytes))
                    size += mark.end - start
                    if stream.isShared { broadcasts += 1 }
                }
                start = mark.end
            }
        }
        frames.sort { $0.sequence < $1.sequence }
        var merged = ByteBuffer()
        merged.reserveCapacity(size)
        for frame in frames {
            merged.writeBytes(frame.bytes)
        }
        return (merged, frames.count, broadcasts)
    }
}
