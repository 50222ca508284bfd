import NIOCore
import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("What waits for a channel")
struct MailboxTests {
    @Test("counts all that a message brings along, refs included")
    func bytes() {
        func item(_ ref: String) -> Mailbox.Item {
            .message(
                Message(
                    joinRef: Ref(string: ref), ref: Ref(string: ref), topic: "test:a", event: "x", payload: .emptyObject
                )
            )
        }
        #expect(item(String(repeating: "r", count: 1_000)).bytes >= item("r").bytes + 2 * 999)
        #expect(item("r").bytes >= 200)
    }
}
