import Testing

@testable import ChannelSocketHTTP

@Suite("Open WebSockets", .timeLimit(.minutes(1)))
struct OpenWebSocketsTests {
    @Test("keeps only the first caller")
    func keeper() async {
        let webSockets = OpenWebSockets()
        let keeper = Task.immediate { await webSockets.keepServerRunning() }
        await webSockets.keepServerRunning()
        keeper.cancel()
        await keeper.value
    }

    @Test("lets go when cancelled, WebSockets or not")
    func cancelled() async {
        let webSockets = OpenWebSockets()
        webSockets.opened()
        let keeper = Task.immediate { await webSockets.keepServerRunning() }
        keeper.cancel()
        await keeper.value
        webSockets.closed()
    }
}
