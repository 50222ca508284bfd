import Testing

@Suite(.contractServer, .timeLimit(.minutes(3)))
struct TranscriptTests {
    @Test("matches what Phoenix was recorded to say", arguments: try DialogueLibrary.transcripts)
    func transcript(name: String) async throws {
        let server = try #require(ContractServer.current)
        let dialogue = try DialogueLibrary.load(name, from: "Transcripts", runID: DialogueLibrary.makeRunID())
        var replayer = DialogueReplayer(dialogue, port: server.port)
        try await replayer.replay()
    }

    @Test("does what Phoenix' source says", arguments: try DialogueLibrary.dialogues)
    func dialogue(name: String) async throws {
        let server = try #require(ContractServer.current)
        let dialogue = try DialogueLibrary.load(name, from: "Dialogues", runID: DialogueLibrary.makeRunID())
        var replayer = DialogueReplayer(dialogue, port: server.port)
        try await replayer.replay()
    }

    @Test("all recorded dialogues are there")
    func complete() throws {
        #expect(try DialogueLibrary.transcripts.count == 108)
    }
}
