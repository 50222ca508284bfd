import NIOCore

/// What one event loop is going to send: gathers the frames of a loop tick and writes once per connection.
///
/// This is the lower half of the broadcast path. Everything that happens in one turn of the event loop (pushes read
/// from many connections, broadcasts from other loops and from Redis) appends frames here; ``drain()`` runs right
/// after that turn. At low rates a tick holds one frame and nothing waits for a timer; under load the frames of a
/// topic are concatenated once for all its subscribers, which is what makes a delivery cheap: the cost is the
/// `send` system call, and there is one per connection and tick instead of one per message.
///
/// Every connection gets its frames in the order in which they were appended, whatever they were appended for.
final class Outbox {
    private let eventLoop: any EventLoop
    private let counters: LoopCounters
    private var sequence: UInt32 = 0
    private var isScheduled = false
    // Unchecked, as some more on the way of a message, because the checks at run time were an eighth of all instructions
    // between a message's arrival and its broadcast. They are safe without: only the event loop touches them, and what
    // is called while one of these is modified is its own code, that of a stream or of the sets, which know no outbox.
    @exclusivity(unchecked) private var dirtyAudiences: ContiguousArray<Audience> = []
    @exclusivity(unchecked) private var dirtyConnections: ContiguousArray<WebSocketConnection> = []
    @exclusivity(unchecked) private var spareStreams: [FrameStream] = []
    @exclusivity(unchecked) private var sets = StreamSets()

    /// So much of one stream is written at once, and not only at the end of the tick: what is written together is held
    /// together by who does not read, and a tick may bring any number of messages.
    private static let maxStreamBytes = 1 << 20

    /// So many connections with frames of their own from what clients have sent are written to before the tick ends.
    ///
    /// What that needs is in the processor's cache then, and no longer after some hundreds of clients. A client is read
    /// once in a tick, so few will have more frames in it.
    private static let maxUnsharedWaiting = 32

    init(eventLoop: any EventLoop, counters: LoopCounters) {
        self.eventLoop = eventLoop
        self.counters = counters
    }

    /// Appends a broadcast for all targets of an audience but one.
    ///
    /// Inlined, as the next one, for a closure that is called would have what it writes copied to it.
    @inline(__always)
    func append<Failure: Error>(
        to audience: Audience,
        excluding excluded: UInt64,
        write: (inout ByteBuffer) throws(Failure) -> Void
    ) throws(Failure) {
        let stream: FrameStream
        if audience.targets.count == 1 {
            // Lies with what else the connection gets, often a reply to the same message: nothing is put together later.
            guard audience.targets[0].number != excluded else { return }
            stream = self.stream(of: audience.targets[0])
        } else {
            stream = self.stream(of: audience)
        }
        try stream.append(sequence: nextSequence(), isBroadcast: true, excluded: excluded, write: write)
        if stream.bytes.readableBytes > Self.maxStreamBytes { drain() }
    }

    /// Appends one frame that is no broadcast for a single connection.
    @inline(__always)
    func append<Failure: Error>(
        to connection: WebSocketConnection,
        write: (inout ByteBuffer) throws(Failure) -> Void
    ) throws(Failure) {
        let stream = stream(of: connection)
        try stream.append(sequence: nextSequence(), isBroadcast: false, excluded: 0, write: write)
        if stream.bytes.readableBytes > Self.maxStreamBytes { drain() }
    }

    /// To be called when what a client has sent was handled.
    func readEnded() {
        if dirtyConnections.count >= Self.maxUnsharedWaiting, dirtyAudiences.isEmpty { writeUnshared() }
    }

    /// Writes everything that is pending.
    ///
    /// Also called before an audience changes, so that its members are those of the time of the broadcast, and when
    /// much has gathered.
    func drain() {
        isScheduled = false
        sequence = 0
        if dirtyConnections.isEmpty, dirtyAudiences.count == 1, let audience = dirtyAudiences.first,
            let stream = audience.pending, !stream.hasExclusions
        {
            stream.compact()
            let (bytes, broadcasts) = (stream.bytes, stream.marks.count)
            var written = 0
            for target in audience.targets where target.write(bytes, broadcasts: broadcasts) {
                written += 1
            }
            countDeliveries(of: stream, to: written)
        } else if dirtyAudiences.isEmpty {
            writeUnshared()
        } else {
            writeMixed()
        }
        recycle()
    }

    /// What goes to one connection each, such as replies.
    private func writeUnshared() {
        for connection in dirtyConnections {
            guard let stream = connection.pending else { continue }
            writeUnshared(stream, to: connection)
            giveBack(&connection.pending)
        }
        dirtyConnections.removeAll(keepingCapacity: true)
    }

    private func writeUnshared(_ stream: FrameStream, to connection: WebSocketConnection) {
        stream.compact()
        if stream.isMixed, connection.skipsBroadcasts {
            sets.add(stream, to: connection)
            writeSet(to: connection)
            sets.removeAll()
            return
        }
        let bytes = stream.bytes
        guard connection.write(bytes, broadcasts: stream.isMixed ? 0 : stream.broadcasts) else { return }
        count(frames: stream.marks.count, broadcasts: stream.broadcasts, bytes: bytes.readableBytes)
    }

    /// The general case: some connections may have frames in several streams, or be left out of some.
    private func writeMixed() {
        for audience in dirtyAudiences {
            guard let stream = audience.pending else { continue }
            stream.compact()
            sets.add(stream, to: audience.targets)
        }
        for connection in dirtyConnections {
            guard let stream = connection.pending else { continue }
            stream.compact()
            sets.add(stream, to: connection)
        }
        for audience in dirtyAudiences {
            guard let stream = audience.pending else { continue }
            let broadcasts = stream.marks.count
            var written = 0
            for target in audience.targets {
                if target.streamSet == stream.set, !stream.excludes(target.number) {
                    target.streamSet = StreamSets.empty
                    if target.write(stream.bytes, broadcasts: broadcasts) { written += 1 }
                } else if target.streamSet != StreamSets.empty {
                    writeSet(to: target)
                }
            }
            countDeliveries(of: stream, to: written)
        }
        for connection in dirtyConnections where connection.streamSet != StreamSets.empty {
            writeSet(to: connection)
        }
        sets.removeAll()
    }

    private func writeSet(to connection: WebSocketConnection) {
        let frames = sets.frames(of: connection.streamSet, for: connection)
        connection.streamSet = StreamSets.empty
        let broadcasts = frames.broadcasts == frames.count ? frames.count : 0
        guard frames.count > 0, connection.write(frames.bytes, broadcasts: broadcasts) else { return }
        count(frames: frames.count, broadcasts: frames.broadcasts, bytes: frames.bytes.readableBytes)
    }

    private func countDeliveries(of stream: FrameStream, to connections: Int) {
        let frames = connections * stream.marks.count
        count(frames: frames, broadcasts: frames, bytes: connections * stream.bytes.readableBytes)
    }

    private func count(frames: Int, broadcasts: Int, bytes: Int) {
        counters.messagesSent.addAsOnlyWriter(frames)
        counters.deliveries.addAsOnlyWriter(broadcasts)
        counters.bytesSent.addAsOnlyWriter(bytes)
    }

    private func recycle() {
        for audience in dirtyAudiences {
            giveBack(&audience.pending)
        }
        for connection in dirtyConnections {
            giveBack(&connection.pending)
        }
        dirtyAudiences.removeAll(keepingCapacity: true)
        dirtyConnections.removeAll(keepingCapacity: true)
    }

    private func nextSequence() -> UInt32 {
        if !isScheduled {
            isScheduled = true
            eventLoop.assumeIsolated().execute { self.drain() }
        }
        sequence += 1
        return sequence
    }

    private func stream(of audience: Audience) -> FrameStream {
        if let pending = audience.pending { return pending }
        let stream = takeStream()
        audience.pending = stream
        dirtyAudiences.append(audience)
        return stream
    }

    private func stream(of connection: WebSocketConnection) -> FrameStream {
        if let pending = connection.pending { return pending }
        let stream = takeStream()
        connection.pending = stream
        dirtyConnections.append(connection)
        return stream
    }

    private func takeStream() -> FrameStream {
        spareStreams.popLast() ?? FrameStream()
    }

    private func giveBack(_ stream: inout FrameStream?) {
        guard let taken = stream.take() else { return }
        if spareStreams.count < 1_024 {
            taken.reset()
            spareStreams.append(taken)
        }
    }
}
