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

    @Test("is let go as soon as it has been taken out, in order, while more of it waits")
    func order() {
        var mailbox = Mailbox()
        weak var first: Info?
        for number in 0..<100 {
            let info = Info(number)
            if number == 0 { first = info }
            mailbox.append(.info(info))
        }
        var numbers: [Int] = []
        while let item = mailbox.popFirst(), case .info(let message) = item, let info = message as? Info {
            numbers.append(info.number)
            if numbers.count == 2 { #expect(first == nil && mailbox.count == 98) }
        }
        #expect(numbers == Array(0..<100))
    }

    private final class Info: Sendable {
        let number: Int

        init(_ number: Int) { self.number = number }
    }
}
