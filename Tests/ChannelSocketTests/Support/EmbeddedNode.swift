import NIOCore
import NIOEmbedded
import PhoenixWire
import Testing

@testable import ChannelSocket

/// One event loop with an endpoint on it, and as many clients as a test wants; nothing moves until ``run()``.
final class EmbeddedNode {
    let loop = EmbeddedEventLoop()
    let pubSub: PubSub
    let endpoint: Endpoint

    init(
        pubSub: PubSub = PubSub(),
        presence: Presence? = nil,
        configuration: Endpoint.Configuration = .init(),
        connect: @escaping Endpoint.Connect = { _ in .accept() },
        @RouteBuilder routes: () -> [Route]
    ) {
        self.pubSub = pubSub
        endpoint = Endpoint(
            pubSub: pubSub, presence: presence, configuration: configuration, connect: connect, routes: routes
        )
    }

    /// Connects a client as the HTTP host would.
    func connect(vsn: String = "2.0.0") async throws -> EmbeddedClient {
        let decision = await endpoint.decide(
            UpgradeRequest(path: "/socket/websocket", query: "vsn=\(vsn)", headers: [], peer: nil)
        )
        guard case .accept(_, let install) = decision else {
            throw Refused()
        }
        let channel = EmbeddedChannel(handler: nil, loop: loop)
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
        try install(channel)
        return EmbeddedClient(channel: channel, loop: loop)
    }

    func run() {
        loop.run()
    }

    struct Refused: Error {}
}

/// The client's end of an embedded connection.
final class EmbeddedClient {
    let channel: EmbeddedChannel
    private let loop: EmbeddedEventLoop

    init(channel: EmbeddedChannel, loop: EmbeddedEventLoop) {
        self.channel = channel
        self.loop = loop
    }

    /// Sends text frames in one read of the server, without running the loop.
    func deliver(_ texts: String...) throws {
        var bytes = ByteBuffer()
        for text in texts {
            bytes.writeMaskedFrame(opcode: 1, ByteBuffer(string: text))
        }
        try channel.writeInbound(bytes)
    }

    /// Sends text frames and lets the server work.
    func send(_ texts: String...) throws {
        for text in texts {
            try deliver(text)
        }
        loop.run()
    }

    /// Sends frames of any kind, and lets the server work.
    func send(opcode: UInt8, _ body: [UInt8], count: Int = 1) throws {
        var bytes = ByteBuffer()
        for _ in 0..<count { bytes.writeMaskedFrame(opcode: opcode, ByteBuffer(bytes: body)) }
        try channel.writeInbound(bytes)
        loop.run()
    }

    /// Lets the server work.
    func run() {
        loop.run()
    }

    /// What the server has written since the last call: one element a write, each with the frames in it.
    func writes() throws -> [[String]] {
        var writes: [[String]] = []
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) {
            writes.append(bytes.serverFrames())
        }
        return writes
    }

    /// The frames the server has written since the last call.
    func frames() throws -> [String] {
        try writes().flatMap(\.self)
    }
}

extension ByteBuffer {
    mutating func writeMaskedFrame(opcode: UInt8, _ body: ByteBuffer) {
        writeInteger(0x80 | opcode)
        if body.readableBytes < 126 {
            writeInteger(0x80 | UInt8(body.readableBytes))
        } else {
            writeInteger(0x80 | 126 as UInt8)
            writeInteger(UInt16(body.readableBytes))
        }
        let key: [UInt8] = [1, 2, 3, 4]
        writeBytes(key)
        writeBytes(body.readableBytesView.enumerated().map { $1 ^ key[$0 % 4] })
    }

    /// Text frames as text, others as `<opcode> <hex>`.
    fileprivate func serverFrames() -> [String] {
        var rest = self
        var frames: [String] = []
        while let head: UInt8 = rest.readInteger(), let short: UInt8 = rest.readInteger() {
            let length: Int =
                switch short {
                case 126: Int(rest.readInteger(as: UInt16.self) ?? 0)
                case 127: Int(rest.readInteger(as: UInt64.self) ?? 0)
                default: Int(short)
                }
            let body = rest.readSlice(length: length) ?? ByteBuffer()
            let hex = body.readableBytesView.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            frames.append(head & 0x0f == 1 ? String(buffer: body) : "\(head & 0x0f) \(hex)")
        }
        return frames
    }
}
