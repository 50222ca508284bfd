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

    private var items: ContiguousArray<Item> = []
    private var head = 0

    var count: Int { items.count - head }

    mutating func append(_ item: Item) {
        items.append(item)
    }

    mutating func popFirst() -> Item? {
        guard head < items.count else { return nil }
        let item = items[head]
        head += 1
        if head == items.count {
            // An idle channel holds no memory for its mailbox.
            items = []
            head = 0
        } else if head > 64, head * 2 > items.count {
            items.removeFirst(head)
            head = 0
        }
        return item
    }

    mutating func removeAll() -> [Item] {
        let rest = Array(items[head...])
        items = []
        head = 0
        return rest
    }
}
