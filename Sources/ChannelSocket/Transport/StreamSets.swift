import NIOCore

/// Which streams of a tick each connection has frames in, and what these come to.
///
/// Connections with frames in the same streams are in the same set and get the same bytes, put together once for all of
/// them: members of two rooms in which something was said at the same time cost no more than members of one. A set is a
/// number, which the connections carry while ``Outbox`` drains.
struct StreamSets {
    /// The frames of a set in the order of the tick.
    struct Frames {
        var bytes: ByteBuffer
        var count: Int
        /// How many of the frames are broadcasts.
        var broadcasts: Int
    }

    /// A set of more than one stream.
    private struct Union {
        /// The set without the stream that was added last.
        var rest: Int32
        var stream: Int32
        var frames: Frames?
    }

    /// What a connection is in that has no frames in any stream.
    static let empty: Int32 = 0

    // Numbers below 0 are single streams, numbers above 0 are unions.
    private var streams: ContiguousArray<FrameStream> = []
    private var unions: ContiguousArray<Union> = []
    private var known: [UInt64: Int32] = [:]

    /// Notes that connections have frames in a stream.
    mutating func add(_ stream: FrameStream, to connections: ContiguousArray<WebSocketConnection>) {
        let single = number(stream)
        // Members of a topic are mostly in the same set before, and so afterwards.
        var (before, after) = (Self.empty, single)
        for connection in connections {
            if connection.streamSet != before {
                before = connection.streamSet
                after = union(of: before, with: single)
            }
            connection.streamSet = after
        }
    }

    /// Notes that a connection has frames in a stream of its own.
    mutating func add(_ stream: FrameStream, to connection: WebSocketConnection) {
        let single = number(stream)
        connection.streamSet =
            connection.streamSet == Self.empty ? single : append(Union(rest: connection.streamSet, stream: single))
    }

    /// What a connection is to get that is in a set.
    mutating func frames(of set: Int32, for connection: WebSocketConnection) -> Frames {
        if connection.skipsBroadcasts {
            let skipped = broadcasts(in: set, for: connection.number)
            if skipped > 0 {
                connection.countSkippedBroadcasts(skipped)
                return merge(set) { !$0.isBroadcast }
            }
        }
        if excludes(connection.number, from: set) {
            return merge(set) { $0.excluded != connection.number }
        }
        if set < 0 { return frames(of: stream(set)) }
        let index = Int(set) - 1
        if let frames = unions[index].frames { return frames }
        let frames = merge(set) { _ in true }
        unions[index].frames = frames
        return frames
    }

    /// Forgets all sets, when no connection carries their numbers any more.
    mutating func removeAll() {
        streams.removeAll(keepingCapacity: true)
        unions.removeAll(keepingCapacity: unions.capacity <= 1_024)
        known.removeAll(keepingCapacity: known.capacity <= 1_024)
    }

    // MARK: Sets

    private mutating func number(_ stream: FrameStream) -> Int32 {
        streams.append(stream)
        stream.set = -Int32(streams.count)
        return stream.set
    }

    private mutating func union(of set: Int32, with single: Int32) -> Int32 {
        if set == Self.empty { return single }
        let key = UInt64(UInt32(bitPattern: set)) << 32 | UInt64(UInt32(bitPattern: single))
        if let number = known[key] { return number }
        let number = append(Union(rest: set, stream: single))
        known[key] = number
        return number
    }

    private mutating func append(_ union: Union) -> Int32 {
        unions.append(union)
        return Int32(unions.count)
    }

    private func stream(_ single: Int32) -> FrameStream { streams[-Int(single) - 1] }

    private func forEachStream(of set: Int32, _ body: (FrameStream) -> Void) {
        var set = set
        while set > 0 {
            let union = unions[Int(set) - 1]
            body(stream(union.stream))
            set = union.rest
        }
        if set < 0 { body(stream(set)) }
    }

    private func excludes(_ number: UInt64, from set: Int32) -> Bool {
        var isExcluded = false
        forEachStream(of: set) { if $0.excludes(number) { isExcluded = true } }
        return isExcluded
    }

    /// How many broadcasts of a set are for a connection.
    private func broadcasts(in set: Int32, for number: UInt64) -> Int {
        var count = 0
        forEachStream(of: set) { stream in
            count += stream.marks.count { $0.isBroadcast && $0.excluded != number }
        }
        return count
    }

    // MARK: Frames

    private func frames(of stream: FrameStream) -> Frames {
        Frames(bytes: stream.bytes, count: stream.marks.count, broadcasts: stream.broadcasts)
    }

    /// Puts the frames together that are to be in it, in the order of the tick.
    private func merge(_ set: Int32, where isIncluded: (FrameStream.Mark) -> Bool) -> Frames {
        var parts: ContiguousArray<(sequence: UInt32, bytes: ByteBufferView)> = []
        var (size, broadcasts) = (0, 0)
        forEachStream(of: set) { stream in
            var start = stream.bytes.readerIndex
            for mark in stream.marks {
                if isIncluded(mark), let bytes = stream.bytes.viewBytes(at: start, length: mark.end - start) {
                    parts.append((mark.sequence, bytes))
                    size += bytes.count
                    if mark.isBroadcast { broadcasts += 1 }
                }
                start = mark.end
            }
        }
        parts.sort { $0.sequence < $1.sequence }
        var bytes = ByteBuffer()
        bytes.reserveCapacity(size)
        for part in parts { bytes.writeBytes(part.bytes) }
        return Frames(bytes: bytes, count: parts.count, broadcasts: broadcasts)
    }
}
