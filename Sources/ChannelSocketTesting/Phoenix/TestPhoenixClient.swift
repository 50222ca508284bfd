/// A Phoenix client for tests: joins, pushes, and waits for what must come.
///
/// Messages nobody has waited for yet are kept in order, so that a test may first wait for the reply and then for the
/// broadcast, whichever came first. ``expectSilence()`` proves that nothing else came.
///
/// ```swift
/// let client = try await TestPhoenixClient.connect(port: port)
/// try await client.join("room:lobby")
/// try await client.push("room:lobby", "new_msg", ["body": "hi"])
/// let message = try await client.expect("new_msg", on: "room:lobby")
/// ```
public actor TestPhoenixClient {
    /// The version of the protocol.
    public enum Version: String, Sendable, CaseIterable {
        /// JSON objects.
        case v1 = "1.0.0"
        /// JSON arrays and binary frames.
        case v2 = "2.0.0"
    }

    /// The connection underneath.
    public nonisolated let socket: TestWebSocket
    /// The version of the protocol the connection speaks.
    public nonisolated let version: Version

    private var joinRefs: [String: String] = [:]
    private var nextRef = 0
    private var backlog: [TestPhoenixMessage] = []

    private init(socket: TestWebSocket, version: Version) {
        self.socket = socket
        self.version = version
    }

    /// Connects.
    ///
    /// - Parameters:
    ///   - host: the server's host.
    ///   - port: the server's port.
    ///   - mount: where the endpoint is mounted.
    ///   - version: the version of the protocol to speak.
    ///   - query: more query parameters, percent-encoded, such as `user=ann&token=1`.
    ///   - handshakeHeaders: more header fields for the handshake.
    ///   - receiveBuffer: how many bytes the system is asked to hold for the client; nil leaves it to the system.
    /// - Returns: the connected client, which has joined nothing.
    /// - Throws: what ``TestWebSocket/connect(host:port:to:answersClose:receiveBuffer:within:)`` throws.
    public static func connect(
        host: String = "127.0.0.1", port: Int, mount: String = "/socket", version: Version = .v2, query: String = "",
        handshakeHeaders: [(name: String, value: String?)] = [], receiveBuffer: Int? = nil
    ) async throws -> TestPhoenixClient {
        let path = "\(mount)/websocket?vsn=\(version.rawValue)\(query.isEmpty ? "" : "&" + query)"
        let handshake = TestHandshake(path: path, headers: handshakeHeaders)
        let socket = try await TestWebSocket.connect(
            host: host, port: port, to: handshake, receiveBuffer: receiveBuffer
        )
        return TestPhoenixClient(socket: socket, version: version)
    }

    /// Joins a topic, which must be accepted.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - payload: the join's payload.
    /// - Returns: the response of the reply.
    /// - Throws: ``TestingError`` of code `unexpected` when the join is refused, `timeout` without a reply.
    @discardableResult
    public func join(_ topic: String, _ payload: JSONValue = [:]) async throws -> JSONValue {
        let reply = try await tryJoin(topic, payload)
        guard reply.status == "ok" else {
            throw TestingError(.unexpected, "join of \(topic) refused: \(reply.payload)")
        }
        return reply.payload
    }

    /// Joins a topic and returns the reply, whatever it says.
    public func tryJoin(_ topic: String, _ payload: JSONValue = [:]) async throws -> TestPhoenixMessage {
        let ref = makeRef()
        joinRefs[topic] = ref
        try await send(joinRef: .string(ref), ref: .string(ref), topic, "phx_join", payload)
        return try await reply(to: ref)
    }

    /// Leaves a topic and waits for the reply and for `phx_close`.
    public func leave(_ topic: String) async throws {
        let ref = try await push(topic, "phx_leave", [:])
        _ = try await reply(to: ref)
        _ = try await expect("phx_close", on: topic)
        joinRefs[topic] = nil
    }

    /// Sends an event without waiting for anything.
    ///
    /// - Returns: the ref, for ``reply(to:within:)``.
    @discardableResult
    public func push(_ topic: String, _ event: String, _ payload: JSONValue = [:]) async throws -> String {
        let ref = makeRef()
        try await send(joinRef: joinRefs[topic].map { .string($0) } ?? .null, ref: .string(ref), topic, event, payload)
        return ref
    }

    /// Sends an event with a binary payload, in version 2.
    ///
    /// - Returns: the ref, for ``reply(to:within:)``.
    @discardableResult
    public func push(_ topic: String, _ event: String, binary: [UInt8]) async throws -> String {
        let ref = makeRef()
        let fields = [joinRefs[topic] ?? "", ref, topic, event].map { Array($0.utf8) }
        let frame = [0] + fields.map { UInt8(clamping: $0.count) } + fields.joined() + binary
        try await socket.send(binary: frame)
        return ref
    }

    /// Sends an event and waits for the reply.
    public func call(_ topic: String, _ event: String, _ payload: JSONValue = [:]) async throws -> TestPhoenixMessage {
        try await reply(to: push(topic, event, payload))
    }

    /// Waits for the reply to what was sent with a ref.
    public func reply(
        to ref: String, within limit: Duration = TestWebSocket.patience
    ) async throws -> TestPhoenixMessage {
        try await next(within: limit) { $0.event == "phx_reply" && $0.ref == .string(ref) }
    }

    /// Waits for an event that is no reply, such as a broadcast.
    @discardableResult
    public func expect(
        _ event: String, on topic: String, within limit: Duration = TestWebSocket.patience
    ) async throws -> TestPhoenixMessage {
        try await next(within: limit) { $0.event == event && $0.topic == topic }
    }

    /// Takes the next message of any kind.
    public func next(within limit: Duration = TestWebSocket.patience) async throws -> TestPhoenixMessage {
        try await next(within: limit) { _ in true }
    }

    /// Asks for a heartbeat reply and demands that nothing else comes before it, and that nothing is left over.
    ///
    /// What the server sent before it handled the heartbeat is seen; what another connection causes later is not.
    ///
    /// - Throws: ``TestingError`` of code `unexpected` naming the message that should not be there.
    public func expectSilence() async throws {
        let ref = "silence-\(makeRef())"
        try await send(joinRef: .null, ref: .string(ref), "phoenix", "heartbeat", [:])
        let message = try await next()
        guard message.topic == "phoenix", message.ref == .string(ref) else {
            throw TestingError(.unexpected, "expected silence, got \(message)")
        }
    }

    /// Sends a message with refs of one's own choosing.
    public func send(
        joinRef: JSONValue, ref: JSONValue, _ topic: String, _ event: String, _ payload: JSONValue
    ) async throws {
        let message: JSONValue =
            switch version {
            case .v1:
                ["topic": .string(topic), "event": .string(event), "payload": payload, "ref": ref, "join_ref": joinRef]
            case .v2: [joinRef, ref, .string(topic), .string(event), payload]
            }
        try await socket.send(text: message.description)
    }

    private func makeRef() -> String {
        nextRef += 1
        return String(nextRef)
    }

    private func next(
        within limit: Duration, where isWanted: (TestPhoenixMessage) -> Bool
    ) async throws -> TestPhoenixMessage {
        if let index = backlog.firstIndex(where: isWanted) { return backlog.remove(at: index) }
        let deadline = ContinuousClock.now + limit
        while true {
            let left = max(.zero, deadline - .now)
            let message: TestPhoenixMessage
            do {
                message = try TestPhoenixMessage(try await socket.receive(within: left), version: version)
            } catch let error as TestingError where error.code == .timeout {
                throw TestingError(.timeout, "waited \(limit) for a message; others that came: \(backlog)")
            }
            if isWanted(message) { return message }
            backlog.append(message)
        }
    }
}
