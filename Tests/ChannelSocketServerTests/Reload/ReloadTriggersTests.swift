import Testing

@testable import ChannelSocketServer

@Suite("What makes a node read its configuration", .timeLimit(.minutes(1)))
struct ReloadTriggersTests {
    @Test("is a hangup that nobody has dealt with, however often it has been time to look since")
    func hangup() async {
        let triggers = ReloadTriggers()
        triggers.send(.look)
        triggers.send(.hangup)
        triggers.send(.look)
        triggers.send(.look)
        #expect(await next(of: triggers) == .hangup)
        triggers.send(.look)
        #expect(await next(of: triggers) == .look)
    }

    private func next(of triggers: ReloadTriggers) async -> ReloadTriggers.Trigger? {
        await triggers.next()
    }
}
