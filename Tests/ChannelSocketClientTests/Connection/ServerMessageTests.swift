import NIOCore
import PhoenixWire
import Testing

@testable import ChannelSocketClient

@Suite("A server's message")
struct ServerMessageTests {
    @Test("is a reply with its status and response")
    func reply() throws {
        let text = #"["1","2","room:a","phx_reply",{"response":{"a":1},"status":"error"}]"#
        let message = try ServerMessage(text: ByteBuffer(string: text))
        #expect(message.joinRef == "1")
        #expect(message.ref == "2")
        #expect(message.isOK == false)
        #expect(message.payload == (try Payload(json: #"{"a":1}"#)))
    }

    @Test("is a binary push, reply or broadcast")
    func binary() throws {
        let push = try ServerMessage(binary: ByteBuffer(bytes: [0, 1, 1, 2] + Array("1ttee".utf8).dropLast() + [9]))
        #expect(push.joinRef == "1")
        #expect(push.topic == "t")
        #expect(push.event == "te")
        #expect(push.payload == .binary(ByteBuffer(bytes: [9])))
        let reply = try ServerMessage(binary: ByteBuffer(bytes: [1, 1, 1, 1, 2] + Array("12tok".utf8)))
        #expect(reply.event == "phx_reply")
        #expect(reply.ref == "2")
        #expect(reply.isOK == true)
        let broadcast = try ServerMessage(binary: ByteBuffer(bytes: [2, 1, 1] + Array("te".utf8)))
        #expect(broadcast.joinRef == nil)
        #expect(broadcast.payload == .binary(ByteBuffer()))
    }

    @Test(
        "is refused when it is none",
        arguments: [
            "", "{}", "[]", #"[null,null,1,"e",{}]"#, #"["1","1","t","phx_reply",{}]"#,
            #"["1","1","t","phx_reply",[]]"#,
        ]
    )
    func malformedText(text: String) {
        #expect(throws: WireError.self) { try ServerMessage(text: ByteBuffer(string: text)) }
    }

    @Test("is refused when its sizes exceed it", arguments: [[], [3], [0, 1], [0, 9, 1, 1, 65], [2, 255, 255]])
    func malformedBinary(bytes: [UInt8]) {
        #expect(throws: WireError.self) { try ServerMessage(binary: ByteBuffer(bytes: bytes)) }
    }
}
