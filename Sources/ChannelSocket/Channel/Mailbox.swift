import DequeModule
import NIOCore
import PhoenixWire

/// What waits for a channel's callbacks, in order of arrival; confined to the channel's event loop.
struct Mailbox {
    /// Something a channel has to deal with.
    enum Item {
        /// The join that made the channel, with its payload.
        case join(Payload)
        /// A message from the client, `phx_leave` included.
        case message(Message)
        /// A message that the channel did not handle immediately; never waits.
        case deferred(Message)
        /// A broadcast: an intercepted event, or of a topic the channel subscribed to.
        case broadcast(Broadcast)
        /// A message from the application.
        case info(any Sendable)

        /// How much memory of its own it holds, about; broadcasts are shared by all who get them.
        var bytes: Int {
            switch self {
            case .join(let payload): 256 &+ payload.bytes.readableBytes
            case .message(let message), .deferred(let message):
                256 &+ message.payload.bytes.readableBytes &+ message.topic.utf8.count &+ message.event.utf8.count
                    &+ message.ref.json.utf8.count &+ message.joinRef.json.utf8.count
            case .broadcast, .info: 0
            }
        }
    }

    private var items: Deque<Item> = []

    var count: Int { items.count }

    mutating func append(_ item: Item) {
        items.append(item)
    }

    mutating func popFirst() -> Item? {
        let item = items.popFirst()
        // An idle channel holds no memory for its mailbox.
        if items.isEmpty { items = [] }
        return item
    }

    mutating func removeAll() -> [Item] {
        defer { items = [] }
        return Array(items)
    }
}
