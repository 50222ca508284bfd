import NIOCore
import Testing

@testable import ChannelSocket

@Suite("WebSocket decoder refusals", .timeLimit(.minutes(1)))
struct WebSocketDecoderRefusalTests {
    @Test("refuses reserved bits", arguments: [1, 2, 3, 4, 5, 6, 7] as [UInt8])
    func reservedBits(bits: UInt8) {
        for opcode: UInt8 in [1, 2, 8, 9, 10] {
            #expect(Decoded(ClientFrame(opcode: opcode, reserved: bits)).error?.closeCode == 1002)
        }
    }

    @Test("refuses reserved opcodes", arguments: [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8])
    func reservedOpcodes(opcode: UInt8) {
        #expect(Decoded(ClientFrame(opcode: opcode)).error?.closeCode == 1002)
    }

    @Test("refuses frames without a mask", arguments: [1, 2, 8, 9, 10] as [UInt8])
    func unmasked(opcode: UInt8) {
        #expect(Decoded(ClientFrame(opcode: opcode, key: nil)).error == .protocolError("frame not masked"))
    }

    @Test("refuses control frames that are long or fragmented", arguments: [8, 9, 10] as [UInt8])
    func controlFrames(opcode: UInt8) {
        let long = ClientFrame(opcode: opcode, body: Array(repeating: 0x61, count: 126))
        #expect(Decoded(long).error == .protocolError("control frame too long"))
        let fragment = ClientFrame(opcode: opcode, isFinal: false)
        #expect(Decoded(fragment).error == .protocolError("fragmented control frame"))
        let longest = ClientFrame(opcode: opcode, body: [0x03, 0xE8] + Array(repeating: 0x61, count: 123))
        #expect(Decoded(longest).error == nil)
        #expect(Decoded(longest).events.count == 1)
    }

    @Test("refuses continuations of nothing and messages inside messages")
    func continuationRules() {
        #expect(Decoded(.continuation("x")).error?.closeCode == 1002)
        #expect(Decoded(.continuation("x", isFinal: false)).error?.closeCode == 1002)
        #expect(Decoded(.text("a", isFinal: false), .text("b")).error?.closeCode == 1002)
        #expect(Decoded(.text("a", isFinal: false), .continuation("b"), .continuation("c")).error?.closeCode == 1002)
    }

    @Test("refuses a message in more frames than one for each 16 bytes, beyond the first 1,000", arguments: ["", "a"])
    func shredded(part: String) {
        func message(_ frames: Int, of part: String) -> Decoded {
            let middle = Array(repeating: ClientFrame.continuation(part, isFinal: false).bytes, count: frames - 2)
            return Decoded(
                [ClientFrame.text(part, isFinal: false).bytes] + middle + [ClientFrame.continuation(part).bytes]
            )
        }
        #expect(message(1_001, of: part).events.count == 1)
        #expect(message(1_100, of: part).error == .tooManyFragments)
        #expect(message(5_000, of: String(repeating: "a", count: 16)).events.count == 1)
    }

    @Test("refuses lengths that are not minimal or have the highest bit set")
    func lengthForms() {
        let forms: [(UInt8, [UInt8])] = [
            (126, [0, 125]), (126, [0, 0]),
            (127, [0, 0, 0, 0, 0, 0, 0xFF, 0xFF]), (127, [0, 0, 0, 0, 0, 0, 0, 0]),
            (127, [0x80, 0, 0, 0, 0, 0, 0, 0]), (127, Array(repeating: 0xFF, count: 8)),
        ]
        for form in forms {
            #expect(Decoded(ClientFrame(opcode: 2, lengthField: form)).error?.closeCode == 1002)
        }
    }

    @Test(
        "accepts the close codes a client may send",
        arguments: [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
            as [UInt16])
    func closeCodes(code: UInt16) {
        let decoded = Decoded(.close(code, Array("why".utf8)))
        #expect(decoded.events == [.close(code: code, reason: "why")])
    }

    @Test(
        "refuses all other close codes",
        arguments: [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] as [UInt16])
    func invalidCloseCodes(code: UInt16) {
        #expect(Decoded(.close(code)).error == .protocolError("invalid close code"))
    }

    @Test("refuses a close body of one byte and a reason that is not UTF-8")
    func closeBodies() {
        #expect(Decoded(ClientFrame(opcode: 8, body: [3])).error?.closeCode == 1002)
        #expect(Decoded(.close(1000, [0xCE, 0xBA, 0xE1])).error == .invalidUTF8)
        #expect(Decoded(.close(1000, [0xED, 0xA0, 0x80])).error == .invalidUTF8)
        #expect(Decoded(ClientFrame(opcode: 8)).events == [.close(code: nil, reason: "")])
    }

    @Test("has reasons that fit into a close frame")
    func reasons() {
        let errors = [
            WebSocketError.invalidUTF8, .messageTooBig, .tooManyFragments, .protocolError("control frame too long"),
        ]
        for error in errors {
            #expect(error.reason.utf8.count <= 123)
        }
    }
}
