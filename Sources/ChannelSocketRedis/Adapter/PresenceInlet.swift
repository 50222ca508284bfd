import ChannelSocket
import NIOCore
import PhoenixWire
import Synchronization

/// The way of presence diffs from the subscribed channels to the presence store.
///
/// Diffs travel on the channels of their topics, so that a node with members of a topic gets them without further
/// subscriptions. They are published by scripts in the name of a node that can't exist, and never reach clients.
final class PresenceInlet: Sendable {
    /// The start of a diff's message.
    static let messagePrefix = "cs1 @presence - "

    /// What takes the diffs of a topic.
    typealias Handler = @Sendable (_ topic: String, PresenceStoreDiff) -> Void

    /// A bare closure in the mutex would be wrapped once more by each access, as generic code calls closures by other
    /// conventions, and each diff would cost more memory and more stack than the one before.
    private struct Receiver: Sendable {
        let handle: Handler
    }

    private let receiver = Mutex<Receiver?>(nil)

    func setHandler(_ handler: @escaping Handler) {
        receiver.withLock { $0 = Receiver(handle: handler) }
    }

    /// Takes a message in.
    ///
    /// - Throws: ``WireError`` if it is malformed.
    func received(_ message: UnsafeRawBufferPointer, topic: String) throws(WireError) {
        guard let receiver = receiver.withLock({ $0 }) else { return }
        let envelope = try BroadcastEnvelope.decode(ByteBuffer(bytes: message), topic: topic, limits: .highest)
        receiver.handle(topic, try PresenceStoreDiff(published: envelope.broadcast.payload))
    }
}
