import Testing

/// What Phoenix says, with broadcasts kept in memory.
@Suite(.contractServer, .timeLimit(.minutes(3)))
struct TranscriptTests {
    @Test("matches what Phoenix was recorded to say", arguments: try DialogueLibrary.transcripts)
    func transcript(name: String) async throws {
        try await DialogueReplayer.replay(name, from: "Transcripts")
    }

    @Test("does what Phoenix' source says", arguments: try DialogueLibrary.dialogues)
    func dialogue(name: String) async throws {
        try await DialogueReplayer.replay(name, from: "Dialogues")
    }

    @Test("all recorded dialogues are there")
    func complete() throws {
        #expect(try DialogueLibrary.transcripts.count == 108)
    }
}

/// The same as one node of a cluster, where joins wait for Redis.
@Suite(.contractServerWithRedis, .timeLimit(.minutes(3)))
struct TranscriptWithRedisTests {
    @Test("matches what Phoenix was recorded to say", arguments: try DialogueLibrary.transcripts)
    func transcript(name: String) async throws {
        try await DialogueReplayer.replay(name, from: "Transcripts", ordersPipelined: false)
    }

    @Test("does what Phoenix' source says", arguments: try DialogueLibrary.dialogues)
    func dialogue(name: String) async throws {
        try await DialogueReplayer.replay(name, from: "Dialogues", ordersPipelined: false)
    }
}

extension DialogueReplayer {
    /// Replays a dialogue against the server of the suite.
    fileprivate static func replay(_ name: String, from folder: String, ordersPipelined: Bool = true) async throws {
        let server = try #require(ContractServer.current)
        let dialogue = try DialogueLibrary.load(name, from: folder, runID: DialogueLibrary.makeRunID())
        var replayer = DialogueReplayer(dialogue, port: server.port, ordersPipelined: ordersPipelined)
        try await replayer.replay()
    }
}
