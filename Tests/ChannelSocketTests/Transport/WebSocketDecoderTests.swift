import NIOCore
import Testing

@testable import ChannelSocket

@Suite("WebSocket decoder", .timeLimit(.minutes(1)))
struct WebSocketDecoderTests {
    @Test("decodes the masked Hello of RFC 6455 §5.7")
    func rfcVector() {
        let bytes: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        #expect(Decoded([bytes]).events == [.text("Hello")])
    }

    @Test("decodes bodies of every length class", arguments: [0, 1, 7, 8, 9, 125, 126, 127, 128, 65535, 65536, 65537])
    func lengths(length: Int) {
        let body = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let decoded = Decoded(ClientFrame(opcode: 2, body: body))
        #expect(decoded.events == [.binary(ByteBuffer(bytes: body))])
        #expect(decoded.error == nil)
    }

    @Test("assembles fragments and lets control frames through between them")
    func fragments() {
        let decoded = Decoded(
            .text("a", isFinal: false), ClientFrame(opcode: 9, body: [1]), .continuation("", isFinal: false),
            ClientFrame(opcode: 10, body: [2]), .continuation("b"), .text("c"))
        let expected: [WebSocketEvent] = [
            .ping(ByteBuffer(bytes: [1])), .pong(ByteBuffer(bytes: [2])), .text("ab"), .text("c"),
        ]
        #expect(decoded.events == expected)
        #expect(decoded.error == nil)
    }

    @Test("gives the same events wherever the stream is cut")
    func splits() {
        let frames: [ClientFrame] = [
            .text("héllo €", isFinal: false), ClientFrame(opcode: 9, body: [1, 2, 3]), .continuation("𝄞 wörld"),
            ClientFrame(opcode: 2, body: Array(repeating: 0xEE, count: 130)), .text(""), .text("plain ascii text"),
            .close(1000, Array("bye ü".utf8)),
        ]
        let stream = frames.flatMap(\.bytes)
        let whole = Decoded([stream])
        #expect(whole.events.count == 6)
        for cut in 0...stream.count {
            #expect(Decoded([Array(stream[..<cut]), Array(stream[cut...])]) == whole)
        }
        #expect(Decoded(stream.map { [$0] }) == whole)
    }

    @Test("keeps nothing between complete messages, and only the cut header otherwise")
    func idle() throws {
        var decoder = WebSocketDecoder(maxMessageBytes: 100)
        decoder.append(ByteBuffer(bytes: ClientFrame.text("a").bytes + [0x81]))
        let first = try decoder.next()
        let none = try decoder.next()
        let isWaiting = decoder.isMidMessage
        decoder.append(ByteBuffer(bytes: ClientFrame.text("b").bytes.dropFirst()))
        let second = try decoder.next()
        let isStillWaiting = decoder.isMidMessage
        #expect(first == .text("a"))
        #expect(none == nil)
        #expect(isWaiting)
        #expect(second == .text("b"))
        #expect(!isStillWaiting)
        #expect(MemoryLayout<WebSocketDecoder>.size <= 48)
    }

    @Test("does not write to the buffer it was given")
    func sharedBuffer() throws {
        let bytes = ClientFrame.text("some text to unmask").bytes
        let read = ByteBuffer(bytes: bytes)
        var decoder = WebSocketDecoder(maxMessageBytes: 100)
        decoder.append(read)
        _ = try decoder.next()
        #expect(Array(buffer: read) == bytes)
    }

    @Test("ignores whatever follows a close frame")
    func afterClose() {
        let decoded = Decoded(.close(1000), .text("late"), ClientFrame(opcode: 3))
        #expect(decoded.events == [.close(code: 1000, reason: "")])
        #expect(decoded.error == nil)
    }

    @Test("ignores whatever follows an error")
    func afterError() throws {
        var decoder = WebSocketDecoder(maxMessageBytes: 100)
        decoder.append(ByteBuffer(bytes: [0x83, 0x80]))
        var error: WebSocketError?
        do {
            _ = try decoder.next()
        } catch let failure {
            error = failure
        }
        decoder.append(ByteBuffer(bytes: ClientFrame.text("late").bytes))
        let late = try decoder.next()
        let isFinished = decoder.isFinished
        #expect(error?.closeCode == 1002)
        #expect(late == nil)
        #expect(isFinished)
    }

    @Test("delivers what came before an error")
    func beforeError() {
        let decoded = Decoded(.text("good"), ClientFrame(opcode: 3))
        #expect(decoded.events == [.text("good")])
        #expect(decoded.error?.closeCode == 1002)
    }

    @Test("refuses a message that is too big before it arrives")
    func tooBig() {
        #expect(Decoded(.text("12345"), maxMessageBytes: 5).events == [.text("12345")])
        #expect(Decoded(.text("123456"), maxMessageBytes: 5).error == .messageTooBig)
        let sum = Decoded(.text("123", isFinal: false), .continuation("456"), maxMessageBytes: 5)
        #expect(sum.error == .messageTooBig)
        let claimed = ClientFrame(opcode: 2, lengthField: (127, [0x7F] + Array(repeating: 0xFF, count: 7)))
        #expect(Decoded(claimed).error == .messageTooBig)
        #expect(Decoded(.text("", isFinal: false), claimed).error?.closeCode == 1002)
        var continued = claimed
        continued.opcode = 0
        #expect(Decoded(.text("123", isFinal: false), continued).error == .messageTooBig)
    }

    @Test("reserves by what arrives, not by what is claimed")
    func claimedLength() throws {
        let message = WebSocketPartialMessage(isText: false)
        var header = ClientFrame(opcode: 2, lengthField: (127, [0, 0, 0, 0, 0x10, 0, 0, 0])).bytes
        header.append(7)
        var bytes = ByteBuffer(bytes: header)
        let parsed = try #require(try WebSocketFrameHeader(peeking: bytes))
        bytes.moveReaderIndex(forwardBy: parsed.size)
        message.beginFrame(parsed)
        try message.absorb(&bytes)
        #expect(message.missingInFrame == 0x1000_0000 - 1)
        #expect(message.bytes.capacity <= 64)
    }

    @Test("fails text at the first byte that is not UTF-8")
    func failsFast() {
        let start = ClientFrame(body: [0x61, 0xC0], isFinal: false)
        #expect(Decoded(start).error == .invalidUTF8)
        var inside = ClientFrame(body: [0xCE, 0xBA, 0xF4, 0x90, 0x80, 0x80, 0x65])
        #expect(Decoded(inside).error == .invalidUTF8)
        #expect(Decoded([Array(inside.bytes[..<10])]).error == .invalidUTF8)
        inside.opcode = 2
        #expect(Decoded(inside).error == nil)
    }

    @Test("fails text that ends inside a character")
    func cutCharacter() {
        #expect(Decoded(ClientFrame(body: [0xE2, 0x82])).error == .invalidUTF8)
        let split = Decoded(ClientFrame(body: [0xE2], isFinal: false), ClientFrame(opcode: 0, body: [0x82]))
        #expect(split.error == .invalidUTF8)
        let ascii = Decoded(ClientFrame(body: [0xE2], isFinal: false), .continuation("abcdefgh", isFinal: false))
        #expect(ascii.error == .invalidUTF8)
    }

    @Test("never traps on mutated streams, and cuts never change the outcome")
    func mutations() {
        var random = SplitMix64(seed: 0xC0FFEE)
        let seed: [ClientFrame] = [
            .text("héllo", isFinal: false), ClientFrame(opcode: 9, body: [1]), .continuation("wörld"),
            ClientFrame(opcode: 2, body: Array(repeating: 7, count: 300)), .text("abc"), .close(1000),
        ]
        let stream = seed.flatMap(\.bytes)
        for _ in 0..<20_000 {
            var bytes = stream
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let cut = Int.random(in: 0...bytes.count, using: &random)
            let whole = Decoded([bytes], maxMessageBytes: 1000)
            #expect(Decoded([Array(bytes[..<cut]), Array(bytes[cut...])], maxMessageBytes: 1000) == whole)
        }
    }

    @Test("takes a large message in small reads in linear time")
    func linear() throws {
        let frame = ClientFrame(opcode: 2, body: Array(repeating: 5, count: 8 << 20)).bytes
        var decoder = WebSocketDecoder(maxMessageBytes: 16 << 20)
        var stream = ByteBuffer(bytes: frame)
        var events = 0
        while let part = stream.readSlice(length: min(512, max(1, stream.readableBytes))) {
            decoder.append(part)
            if try decoder.next() != nil { events += 1 }
        }
        #expect(events == 1)
    }
}
