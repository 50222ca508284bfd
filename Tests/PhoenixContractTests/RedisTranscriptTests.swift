import ChannelSocketTesting
import Testing

/// The dialogues about presence once more, with presence kept in a real Redis.
@Suite(.timeLimit(.minutes(1)))
struct RedisTranscriptTests {
    @Test("presence in Redis matches what Phoenix was recorded to say")
    func presence() async throws {
        try await RedisServer.withServer { redis in
            let server = try await ContractServer.start(arguments: ["--redis", redis.url])
            try await server.waitForRedis()
            let names = try DialogueLibrary.transcripts.filter { $0.hasPrefix("presence_") }
            #expect(names.count == 5)
            for name in names {
                let dialogue = try DialogueLibrary.load(name, from: "Transcripts", runID: DialogueLibrary.makeRunID())
                var replayer = DialogueReplayer(dialogue, port: server.port)
                try await replayer.replay()
            }
            #expect(try await server.process.stop() == .exited(0))
            #expect(try await redis.command("KEYS", "cs:*:[tsp]") == "", "a node that stops leaves nothing behind")
        }
    }
}
