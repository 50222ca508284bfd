import ChannelSocket
import NIOCore
import Testing

@testable import ChannelSocketRedis

@Suite("Command inbox") struct CommandInboxTests {
    @Test("gathers commands in order and asks to be emptied once")
    func gathers() throws {
        var inbox = CommandInbox(maxCommands: 10, maxBytes: 100)
        inbox.closedBecause = nil
        #expect(try append(&inbox, "one"))
        #expect(try !append(&inbox, "two"))
        let batch = inbox.take()
        #expect(String(buffer: batch.buffer) == "onetwo")
        #expect(batch.commands.map(\.bytes) == [3, 3])
        #expect(inbox.take().commands.isEmpty)
        #expect(try append(&inbox, "three"))
    }

    @Test("refuses while closed, with the reason")
    func closed() {
        var inbox = CommandInbox(maxCommands: 10, maxBytes: 100)
        inbox.closedBecause = "gone fishing"
        let error = #expect(throws: PubSubError.self) { try append(&inbox, "x") }
        #expect(error == PubSubError(.disconnected, "gone fishing"))
    }

    @Test("limits what is pending until it is answered, whether taken or not")
    func limits() throws {
        var inbox = CommandInbox(maxCommands: 2, maxBytes: 10)
        inbox.closedBecause = nil
        _ = try append(&inbox, "12345")
        #expect(throws: PubSubError.self) { try append(&inbox, "123456") }
        _ = try append(&inbox, "1")
        _ = inbox.take()
        let error = #expect(throws: PubSubError.self) { try append(&inbox, "1") }
        #expect(error?.code == .overloaded)
        inbox.release(commands: 1, bytes: 5)
        #expect(try append(&inbox, "123456789"))
    }

    @Test("lets a single command through that is larger than the limit")
    func large() throws {
        var inbox = CommandInbox(maxCommands: 2, maxBytes: 3)
        inbox.closedBecause = nil
        #expect(try append(&inbox, "12345"))
        #expect(throws: PubSubError.self) { try append(&inbox, "1") }
    }

    private func append(_ inbox: inout CommandInbox, _ text: String) throws(PubSubError) -> Bool {
        try inbox.append(ByteBuffer(string: text), .ping)
    }
}
