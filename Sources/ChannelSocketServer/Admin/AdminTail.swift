internal import ChannelSocket
internal import NIOCore
internal import PhoenixWire
internal import Synchronization

/// The broadcasts of a topic for people to watch, a line of JSON each.
///
/// A watcher who does not keep up is shown less, and told how much is missing. It ends when nobody holds it any more:
/// a client may go before anybody asks for a line, and then there is no end that would be noticed.
final class AdminTail: Sendable {
    /// How many bytes of a payload are shown.
    private static let maxPayloadBytes = 16_384
    /// How many lines may wait for the watcher.
    private static let maxLines = 256

    /// The lines; first one that says that everything from then on is shown, and an empty one every few seconds, since
    /// only writing tells whether the watcher is still there.
    let lines: AsyncStream<ByteBuffer>
    private let continuation: AsyncStream<ByteBuffer>.Continuation
    private let listening: TopicListening
    private let beat: RepeatedTask
    private let place: AdminTailPlaces.Place

    /// Begins to watch.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - pubSub: where it is broadcast to.
    ///   - eventLoop: where the watcher is served.
    ///   - place: the watcher's place, which is free again when the tail is gone.
    /// - Throws: what listening to the topic throws.
    init(
        of topic: String, pubSub: PubSub, on eventLoop: any EventLoop, place: AdminTailPlaces.Place
    ) async throws {
        self.place = place
        let (lines, continuation) = AsyncStream.makeStream(
            of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(Self.maxLines)
        )
        continuation.yield(ByteBuffer(string: "{\"ready\":true}\n"))
        let missed = Mutex(0)
        listening = try await pubSub.listen(to: topic, on: eventLoop) { broadcast in
            missed.withLock { missed in
                if case .dropped = continuation.yield(Self.line(for: broadcast, missed: missed)) {
                    missed += 1
                } else {
                    missed = 0
                }
            }
        }
        beat = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(5), delay: .seconds(5)) { _ in
            continuation.yield(ByteBuffer(string: "\n"))
        }
        self.lines = lines
        self.continuation = continuation
    }

    deinit {
        beat.cancel()
        listening.stop()
        continuation.finish()
    }

    /// A line for a broadcast: its event, its size, and its payload unless that is binary or long.
    ///
    /// - Parameters:
    ///   - broadcast: the broadcast.
    ///   - missed: how many came before and are not shown.
    /// - Returns: the line, line feed included.
    static func line(for broadcast: Broadcast, missed: Int) -> ByteBuffer {
        let size = broadcast.payload.bytes.readableBytes
        var line = ByteBuffer(string: "{\"event\":\(Payload.literal(broadcast.event)),\"bytes\":\(size)")
        if missed > 0 { line.writeString(",\"missed\":\(missed)") }
        if broadcast.payload.isBinary {
            line.writeString(",\"binary\":true")
        } else if size > maxPayloadBytes {
            line.writeString(",\"long\":true")
        } else {
            line.writeString(",\"payload\":")
            // A line feed in JSON is white space between values, and would end the line here.
            line.writeBytes(
                broadcast.payload.bytes.readableBytesView.map { byte in
                    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") ? UInt8(ascii: " ") : byte
                }
            )
        }
        line.writeString("}\n")
        return line
    }
}
