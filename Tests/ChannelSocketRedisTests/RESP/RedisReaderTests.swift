import NIOCore
import Testing

@testable import ChannelSocketRedis

@Suite("RESP reader") struct RedisReaderTests {
    static let replies: [(wire: String, value: RESPValue)] = [
        ("+OK\r\n", .status("OK")),
        ("+\r\n", .status("")),
        ("-ERR no\r\n", .error("ERR no")),
        (":-42\r\n", .integer(-42)),
        (":9223372036854775807\r\n", .integer(.max)),
        ("$5\r\nhe\r\no\r\n", .string(ByteBuffer(string: "he\r\no"))),
        ("$0\r\n\r\n", .string(ByteBuffer())),
        ("$-1\r\n", .null),
        ("*-1\r\n", .null),
        ("*0\r\n", .array([])),
        ("*3\r\n:1\r\n$-1\r\n-BAD x\r\n", .array([.integer(1), .null, .error("BAD x")])),
        ("*2\r\n*1\r\n+a\r\n*0\r\n", .array([.array([.status("a")]), .array([])])),
    ]

    @Test("reads every kind of reply", arguments: replies)
    func kinds(_ reply: (wire: String, value: RESPValue)) throws {
        #expect(try values(of: [reply.wire]) == [reply.value])
    }

    @Test("reads replies however they are split")
    func splits() throws {
        let wire = Self.replies.map(\.wire).joined()
        let expected = Self.replies.map(\.value)
        for size in 1...wire.utf8.count {
            let bytes = Array(wire.utf8)
            let pieces = stride(from: 0, to: bytes.count, by: size).map { start in
                String(decoding: bytes[start..<min(start + size, bytes.count)], as: UTF8.self)
            }
            #expect(try values(of: pieces) == expected)
        }
    }

    @Test(
        "refuses what is not RESP, without trapping",
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0", "*1\r\n!oops\r\n", "hello", "$abc\r\n",
            "*99999999999999999999\r\n",
            "$-2\r\n", "*-5\r\n",
        ])
    func garbage(_ wire: String) {
        #expect(throws: RESPError.self) { try values(of: [wire, "+OK\r\n+OK\r\n"]) }
    }

    @Test("survives random bytes")
    func randomBytes() {
        var generator = SeededGenerator(seed: 7)
        let alphabet = Array("*$+-:0123456789\r\n\r\n\r\nab\u{0}".utf8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...40, using: &generator)
            let bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
            var reader = RedisReader(maxReplyBytes: 1000, maxElements: 1000)
            do throws(RESPError) {
                try reader.feed(ByteBuffer(bytes: bytes))
                while let reply = try reader.next() { _ = reply.value }
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }

    @Test("refuses a bulk string over the limit before all of it has come")
    func largeBulk() throws {
        var reader = RedisReader(maxReplyBytes: 1000)
        try reader.feed(ByteBuffer(string: "$5000\r\n" + String(repeating: "x", count: 900)))
        #expect(try reader.nextValue() == nil)
        try reader.feed(ByteBuffer(string: String(repeating: "x", count: 200)))
        let error = #expect(throws: RESPError.self) { try reader.nextValue() }
        #expect(error?.code == .limitExceeded)
    }

    @Test("counts the size of each reply by itself")
    func manySmall() throws {
        var reader = RedisReader(maxReplyBytes: 1000)
        for _ in 0..<100 {
            try reader.feed(ByteBuffer(string: "+" + String(repeating: "x", count: 500) + "\r\n+par"))
            #expect(try reader.nextValue() != nil)
            #expect(try reader.nextValue() == nil)
            try reader.feed(ByteBuffer(string: "t\r\n"))
            #expect(try reader.nextValue() == .status("part"))
        }
    }

    @Test(
        "refuses an array header that asks for too much",
        arguments: [
            "*1000001\r\n", "*2147483647\r\n", "*1\r\n*1000001\r\n", String(repeating: "*1\r\n", count: 20),
        ])
    func largeArray(_ wire: String) {
        let error = #expect(throws: RESPError.self) { try values(of: [wire], maxElements: 1_000_000) }
        // hiredis 0.14 finds the depth by itself.
        #expect(error?.code == .limitExceeded || error?.message.contains("depth") == true)
    }

    @Test("lends the parts of a pub/sub message")
    func pubSub() throws {
        var reader = RedisReader()
        try reader.feed(
            ByteBuffer(string: "*3\r\n$7\r\nmessage\r\n$2\r\nc:\r\n$3\r\n{1}\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n:1\r\n"))
        var seen: [String] = []
        while let reply = try reader.next() {
            let isEvent: Void? = reply.withPubSubEvent { kind, channel, payload in
                seen.append(
                    [kind, channel, payload].map { String(decoding: $0, as: UTF8.self) }.joined(separator: "|"))
            }
            if isEvent == nil { seen.append("none") }
        }
        #expect(seen == ["message|c:|{1}", "pong||", "none"])
    }

    private func values(of pieces: [String], maxElements: Int = 1000) throws -> [RESPValue] {
        var reader = RedisReader(maxElements: maxElements)
        var values: [RESPValue] = []
        for piece in pieces {
            try reader.feed(ByteBuffer(string: piece))
            while let reply = try reader.next() { values.append(reply.value) }
        }
        return values
    }
}

extension RedisReader {
    /// The next reply as a value, for expectations.
    mutating func nextValue() throws -> RESPValue? {
        let reply: RedisReply? = try next()
        switch consume reply {
        case .some(let reply): return reply.value
        case .none: return nil
        }
    }
}
