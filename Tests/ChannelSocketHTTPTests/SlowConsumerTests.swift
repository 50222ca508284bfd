import ChannelSocket
import ChannelSocketTesting
import NIOCore
import NIOPosix
import PhoenixWire
import Testing

@Suite("Slow consumers", .timeLimit(.minutes(2)))
struct SlowConsumerTests {
    /// A payload with a number in it.
    private static func payload(_ number: Int, bytes: Int = 1_000) -> Payload {
        let text = #"{"n":\#(number),"x":""#
        return .json(ByteBuffer(string: text + String(repeating: "x", count: bytes - 2 - text.utf8.count) + #""}"#))
    }

    /// A payload that no system's buffers take off the node's hands.
    private static let large = Payload.binary(ByteBuffer(repeating: 7, count: 16 << 20))

    private static func endpoint(_ pubSub: PubSub, _ change: (inout WebSocketConfiguration) -> Void) -> Endpoint {
        var configuration = Endpoint.Configuration()
        // Who only reads, for as long as a slow machine takes, would be idle.
        configuration.webSocket.idleTimeout = nil
        change(&configuration.webSocket)
        return Endpoint("/ws", pubSub: pubSub, configuration: configuration) {
            Route("room:*") { _, _, _ in QuietChannel() }
        }
    }

    private static func join(
        _ port: Int, receiveBuffer: Int? = nil, reading: Bool = true
    ) async throws -> TestPhoenixClient {
        let client = try await TestPhoenixClient.connect(port: port, mount: "/ws", receiveBuffer: receiveBuffer)
        _ = try await client.join("room:a")
        try await client.socket.setReading(reading)
        return client
    }

    /// What the system is asked to hold of the slow connection, at each end.
    private static let systemBuffer = 128 << 10

    /// What the system may hold of it: Linux doubles what it is asked for, and goes beyond by a segment.
    private static let heldBySystem = 2 * (2 * systemBuffer + 64 << 10)

    /// What is counted of the connections behind a turn of the event loop.
    private struct Counts {
        var deliveries: Int
        var heldForSlow: Int
        var heldForFast: Int
    }

    @Test(
        "holds the limit for a client that never reads while 100 MB pass, and others are written all in the turn it comes",
        arguments: [SlowConsumerPolicy.close, .drop]
    )
    func neverReads(policy: SlowConsumerPolicy) async throws {
        let (turns, broadcasts, limit) = (1_000, 10, 4 << 20)
        // A turn is written if the limit is not reached before it, and the close frame comes on top.
        let oneTurn = broadcasts * (10_000 + 64) + 64
        let pubSub = PubSub()
        let endpoint = WatchedEndpoint(
            Self.endpoint(pubSub) {
                $0.slowConsumerPolicy = policy
                // Time for the test to get here and read, however slow the machine.
                $0.closeTimeout = .minutes(10)
            })
        // One loop, or the slow client could not be in anybody's way.
        try await MultiThreadedEventLoopGroup.withEventLoopGroup(numberOfThreads: 1) { eventLoops in
            let loop = eventLoops.next()
            try await withServer(mounts: [endpoint], eventLoops: eventLoops) { port, _ in
                // The first to join is the first to be written to.
                let slow = try await Self.join(port, receiveBuffer: Self.systemBuffer, reading: false)
                let fast = try await Self.join(port)
                let (toSlow, toFast) = (endpoint.connections[0], endpoint.connections[1])
                let systemBuffer = SocketOptionValue(Self.systemBuffer)
                try await toSlow.setOption(.socketOption(.so_sndbuf), value: systemBuffer).get()
                var (offeredToSlow, heldForSlow) = (0, 0)
                for turn in 0..<turns {
                    let numbers = turn * broadcasts..<(turn + 1) * broadcasts
                    let counts = try await loop.flatSubmit {
                        for number in numbers {
                            endpoint.endpoint.broadcast("room:a", "n", Self.payload(number, bytes: 10_000))
                        }
                        // Right behind what writes at the end of this turn, with nothing in between.
                        return loop.submit {
                            Counts(
                                deliveries: pubSub.traffic.deliveries, heldForSlow: try Self.held(toSlow),
                                heldForFast: try Self.held(toFast)
                            )
                        }
                    }
                    .get()
                    if pubSub.statistics[.slowConsumerCloses] == 0 { offeredToSlow += broadcasts }
                    let deliveredToSlow = offeredToSlow - pubSub.statistics[.slowConsumerFrames]
                    #expect(counts.deliveries - deliveredToSlow == numbers.upperBound, "the fast client's, all of them")
                    #expect(counts.heldForFast == 0, "its socket has taken them")
                    heldForSlow = max(heldForSlow, counts.heldForSlow)
                    for number in numbers {
                        #expect(try await fast.next().payload["n"] == .number("\(number)"))
                    }
                }
                #expect((limit...limit + oneTurn).contains(heldForSlow))
                #expect(pubSub.statistics.connections == 2)
                #expect(pubSub.statistics[.slowConsumerCloses] == (policy == .close ? 1 : 0))
                let missed = pubSub.statistics[.slowConsumerFrames]
                #expect((missed > 0) == (policy == .drop))
                let read = try await Self.readAll(slow)
                #expect((limit...limit + oneTurn + Self.heldBySystem).contains(read.bytes))
                switch policy {
                case .close:
                    #expect(read.numbers == Array(0..<read.numbers.count))
                    #expect(read.last == .close(code: 1008, reason: "too slow: outbound buffer full"))
                case .drop:
                    #expect(read.numbers.count + missed == turns * broadcasts)
                    #expect(read.last == .text(#"[null,"last","phoenix","phx_reply",{"response":{},"status":"ok"}]"#))
                }
            }
        }
    }

    /// How many bytes NIO holds for a connection, asked on its event loop.
    private static func held(_ connection: any NIOCore.Channel) throws -> Int {
        try connection.syncOptions?.getOption(.bufferedWritableBytes) ?? 0
    }

    /// Reads what waits for a client: the numbers of the broadcasts, how many bytes they are, and what comes after them.
    private static func readAll(
        _ client: TestPhoenixClient
    ) async throws -> (numbers: [Int], bytes: Int, last: TestWebSocketEvent) {
        // A node that has closed the connection does not look at it any more.
        try await client.socket.send(text: #"[null,"last","phoenix","heartbeat",{}]"#)
        try await client.socket.setReading(true)
        var (numbers, bytes) = ([Int](), 0)
        let start = #"[null,null,"room:a","n",{"n":"#
        while true {
            let event = try await client.socket.receive()
            guard case .text(let text) = event, text.hasPrefix(start) else { return (numbers, bytes, event) }
            numbers.append(try #require(Int(text.dropFirst(start.count).prefix { $0.isNumber })))
            bytes += text.utf8.count
        }
    }

    @Test("delivers a backlog in order to a client that reads late")
    func keepsOrder() async throws {
        let pubSub = PubSub()
        let endpoint = Self.endpoint(pubSub) { $0.maxOutboundBytes = 64 << 20 }
        try await withServer(mounts: [endpoint]) { port, _ in
            let late = try await Self.join(port, reading: false)
            let fast = try await Self.join(port)
            for number in 0..<20_000 {
                endpoint.broadcast("room:a", "n", Self.payload(number))
            }
            for number in 0..<20_000 {
                #expect(try await fast.next().payload["n"] == .number("\(number)"))
            }
            try await late.socket.setReading(true)
            for number in 0..<20_000 {
                #expect(try await late.next().payload["n"] == .number("\(number)"))
            }
            #expect(pubSub.statistics[.slowConsumerCloses] == 0)
        }
    }

    @Test(
        "takes a message larger than the limit, and what waits behind it up to the limit, for a client that reads late",
        arguments: [SlowConsumerPolicy.close, .drop]
    )
    func largeMessage(policy: SlowConsumerPolicy) async throws {
        let pubSub = PubSub()
        let endpoint = Self.endpoint(pubSub) {
            $0.maxOutboundBytes = 1 << 20
            $0.slowConsumerPolicy = policy
        }
        try await withServer(mounts: [endpoint]) { port, _ in
            let late = try await Self.join(port, reading: false)
            let fast = try await Self.join(port)
            endpoint.broadcast("room:a", "large", Self.large)
            #expect(try await fast.next().event == "large")
            for number in 1...500 { endpoint.broadcast("room:a", "n", Self.payload(number)) }
            for number in 1...500 { #expect(try await fast.next().payload["n"] == .number("\(number)")) }
            let ref = try await late.push("phoenix", "heartbeat")
            try await late.socket.setReading(true)
            #expect(try await late.next().body == .binary(Array(repeating: 7, count: 16 << 20)))
            for number in 1...500 {
                #expect(try await late.expect("n", on: "room:a").payload["n"] == .number("\(number)"))
            }
            #expect(try await late.reply(to: ref).status == "ok")
            #expect(pubSub.statistics[.slowConsumerCloses] == 0)
            #expect(pubSub.statistics[.slowConsumerFrames] == 0)
        }
    }

    @Test("closes a client that reads neither a large message nor what waits behind it")
    func largeMessageUnread() async throws {
        let pubSub = PubSub()
        let endpoint = Self.endpoint(pubSub) {
            $0.maxOutboundBytes = 1 << 20
            $0.closeTimeout = .milliseconds(100)
        }
        try await withServer(mounts: [endpoint]) { port, _ in
            let slow = try await Self.join(port, reading: false)
            let fast = try await Self.join(port)
            endpoint.broadcast("room:a", "large", Self.large)
            #expect(try await fast.next().event == "large")
            for number in 1...20 {
                endpoint.broadcast("room:a", "n", Self.payload(number, bytes: 100_000))
                #expect(try await fast.next().payload["n"] == .number("\(number)"))
            }
            #expect(pubSub.statistics[.slowConsumerCloses] == 1)
            try await slow.socket.setReading(true)
            _ = slow
        }
    }
}

private struct QuietChannel: ChannelCallbacks {}
