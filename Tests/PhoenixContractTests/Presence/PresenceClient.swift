import ChannelSocketTesting
import Synchronization

/// A client in one topic that takes everything in as it comes.
final class PresenceClient: Sendable {
    let name: String
    let topic: String
    let key: String
    let node: Int
    private let socket: TestWebSocket
    private let state = Mutex((model: PresenceModel(), reply: String?.none, problem: String?.none))
    private let number = Mutex(0)

    private init(name: String, topic: String, key: String, node: Int, socket: TestWebSocket) {
        self.name = name
        self.topic = topic
        self.key = key
        self.node = node
        self.socket = socket
    }

    /// Joins; nil if the node refuses, as it must without Redis.
    static func join(_ name: String, topic: String, key: String, node: Int, port: Int) async throws -> PresenceClient? {
        let handshake = TestHandshake(path: "/socket/websocket?vsn=2.0.0")
        let socket = try await TestWebSocket.connect(port: port, to: handshake)
        let client = PresenceClient(name: name, topic: topic, key: key, node: node, socket: socket)
        Task { await client.read() }
        try await client.send("phx_join", #"{"user_id":"\#(key)","meta":\#(client.meta)}"#, ref: "1")
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            if let reply = client.state.withLock({ $0.reply }) {
                if reply == "ok" { return client }
                break
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        await socket.disconnect()
        return nil
    }

    var model: PresenceModel { state.withLock { $0.model } }
    /// What ended the channel although nobody asked for it.
    var problem: String? { state.withLock { $0.problem } }
    /// What Redis has to say about it.
    var member: PresenceModel.Member {
        PresenceModel.Member(key: key, client: name, number: number.withLock { $0 })
    }

    func update() async throws {
        number.withLock { $0 += 1 }
        try await send("update", meta, ref: "2")
    }

    func leave() async throws {
        try await send("phx_leave", "{}", ref: "3")
    }

    func disconnect() async {
        await socket.disconnect()
    }

    private var meta: String { #"{"c":"\#(name)","n":\#(number.withLock { $0 })}"# }

    private func send(_ event: String, _ payload: String, ref: String) async throws {
        try await socket.send(text: #"["1","\#(ref)","\#(topic)","\#(event)",\#(payload)]"#)
    }

    private func read() async {
        while let event = try? await socket.receive(within: .seconds(600)) {
            guard case .text(let text) = event, let message = try? JSONValue(parsing: text),
                let name = message[3]?.stringValue, let payload = message[4]
            else { break }
            state.withLock { state in
                switch name {
                case "phx_reply" where message[1]?.stringValue == "1": state.reply = payload["status"]?.stringValue
                case "phx_reply" where payload["status"]?.stringValue != "ok": state.problem = text
                case "phx_error": state.problem = text
                default: state.model.received(name, payload)
                }
            }
        }
    }
}
