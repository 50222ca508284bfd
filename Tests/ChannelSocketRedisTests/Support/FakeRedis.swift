import NIOCore
import NIOPosix
import Synchronization

@testable import ChannelSocketRedis

/// Something that listens where Redis should: answers each command as the test says.
final class FakeRedis: Sendable {
    /// Gets a command's arguments; returns the bytes to answer.
    typealias Script = @Sendable ([String]) -> String

    /// What a Redis answers that is there but has forgotten how to deliver messages.
    static let obedient: Script = { command in
        switch command.first {
        case "PING": "+PONG\r\n"
        case "SUBSCRIBE", "UNSUBSCRIBE":
            command.dropFirst().map { channel in
                let kind = command[0].lowercased()
                return "*3\r\n$\(kind.utf8.count)\r\n\(kind)\r\n$\(channel.utf8.count)\r\n\(channel)\r\n:1\r\n"
            }.joined()
        case "PUBLISH": ":1\r\n"
        default: "+OK\r\n"
        }
    }

    private let channel: any Channel
    private let commands = Mutex<[[String]]>([])
    private let connections = Mutex<[any Channel]>([])

    private init(channel: any Channel) {
        self.channel = channel
    }

    /// All commands received.
    var received: [[String]] { commands.withLock { $0 } }

    /// How many connections were accepted.
    var accepted: Int { connections.withLock { $0.count } }

    var url: String { "redis://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    /// Runs a closure while the server listens.
    static func with<Result>(
        _ script: @escaping Script,
        _ body: (FakeRedis) async throws -> Result
    ) async throws -> Result {
        let box = Mutex<FakeRedis?>(nil)
        let shared = Shared(box: box)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(Handler(script: script, shared: shared))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = FakeRedis(channel: channel)
        shared.box.withLock { $0 = server }
        defer { server.close() }
        return try await body(server)
    }

    private func close() {
        channel.close(promise: nil)
        for connection in connections.withLock({ $0 }) { connection.close(promise: nil) }
    }

    private final class Shared: Sendable {
        let box: Mutex<FakeRedis?>

        init(box: consuming Mutex<FakeRedis?>) {
            self.box = box
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let script: Script
        private let shared: Shared
        private var reader = RedisReader()

        init(script: @escaping Script, shared: Shared) {
            self.script = script
            self.shared = shared
        }

        func channelActive(context: ChannelHandlerContext) {
            let channel = context.channel
            shared.box.withLock { $0 }?.connections.withLock { $0.append(channel) }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            do {
                try reader.feed(unwrapInboundIn(data))
                while let command = try reader.nextValue() {
                    let arguments = command.array?.compactMap(\.text) ?? []
                    shared.box.withLock { $0 }?.commands.withLock { $0.append(arguments) }
                    let answer = script(arguments)
                    guard !answer.isEmpty else { continue }
                    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
                }
            } catch {
                context.close(promise: nil)
            }
        }
    }
}
