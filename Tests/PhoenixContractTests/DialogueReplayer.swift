import ChannelSocketTesting

/// Plays the client's part of a dialogue and compares what the server says.
///
/// Strict about what comes, in which order, and that nothing else comes: after each step every open connection is
/// asked something the server answers at once (a heartbeat, or a ping while a fragmented message is under way), and
/// the answer must be the next thing received.
struct DialogueReplayer {
    private struct Connection {
        var socket: TestWebSocket
        var version: TestPhoenixClient.Version
        var isMidMessage = false
    }

    private let dialogue: Dialogue
    private let port: Int
    private let mount: String
    private let patience: Duration
    private let ordersPipelined: Bool
    private var connections: [String: Connection] = [:]
    private var step = 0
    private var probes = 0
    private var refs = PresenceRefs()

    /// Creates a replayer.
    ///
    /// - Parameters:
    ///   - dialogue: the dialogue.
    ///   - port: the server's port.
    ///   - mount: what the paths of the dialogue are below.
    ///   - patience: how long to wait for each frame.
    ///   - ordersPipelined: whether what several steps sent at once must be answered in their order. Phoenix holds up
    ///     a connection while a topic is joined; here only that topic waits, which shows when a join waits for Redis.
    init(
        _ dialogue: Dialogue, port: Int, mount: String = "/socket", patience: Duration = TestWebSocket.patience,
        ordersPipelined: Bool = true
    ) {
        self.dialogue = dialogue
        self.port = port
        self.mount = mount
        self.patience = patience
        self.ordersPipelined = ordersPipelined
    }

    /// Replays the dialogue to its end.
    ///
    /// - Throws: ``DialogueMismatch`` where the server does something else.
    mutating func replay() async throws {
        var isPipelined = false
        for (index, current) in dialogue.steps.enumerated() {
            step = index
            let follows = isPipelined
            isPipelined = current.more
            try await perform(current)
            if current.more { continue }
            let isUnordered = current.unordered || (follows && !ordersPipelined)
            for (name, frames) in current.frames.sorted(by: { $0.key < $1.key })
            where current.only?.contains(name) ?? true {
                try await expect(frames, on: name, unordered: isUnordered)
            }
            // The one that acted first: what it caused has left it when its answer comes.
            let others = connections.keys.filter { $0 != current.connection }.sorted()
            for name in [current.connection] + others {
                try await expectSilence(on: name, isLoose: current.only?.contains(name) == false)
            }
        }
    }

    private mutating func perform(_ step: Dialogue.Step) async throws {
        if case .open(let path, let protocols, let headers) = step.action {
            try await open(step, path: path, protocols: protocols, headers: headers)
            return
        }
        guard let socket = connections[step.connection]?.socket else {
            throw mismatch(step.connection, "is not open, so it cannot send")
        }
        let frame: TestFrame
        switch step.action {
        case .open: return
        case .text(let text): frame = TestFrame(opcode: 1, text: text)
        case .binary(let hex): frame = TestFrame(opcode: 2, payload: try bytes(hex))
        case .close(let code, let reason): frame = .close(code: code, reason: reason)
        case .frame(let raw):
            let payload = try raw.hex.map { try bytes($0) } ?? Array((raw.text ?? "").utf8)
            frame = TestFrame(
                opcode: raw.opcode, payload: payload, fin: raw.fin ?? true, rsv: raw.rsv ?? 0, masked: raw.mask ?? true)
            if frame.opcode < 8 { connections[step.connection]?.isMidMessage = !frame.fin }
        }
        // Fails when the server has closed already; what it sent before tells whether it should have.
        try? await socket.send(frame: frame)
    }

    private mutating func open(
        _ step: Dialogue.Step, path: String, protocols: [String], headers: [String: String?]
    ) async throws {
        guard let expected = step.handshake else { throw mismatch(step.connection, "no handshake is recorded") }
        let handshake = TestHandshake(
            path: Self.normalised(mount + path), protocols: protocols, headers: headers.map { ($0.key, $0.value) })
        let response: HandshakeResponse
        do {
            let socket = try await TestWebSocket.connect(port: port, to: handshake)
            let isV2 = path.contains("vsn=2")
            connections[step.connection] = Connection(socket: socket, version: isV2 ? .v2 : .v1)
            response = socket.response
        } catch let refused as HandshakeRefused {
            response = refused.response
        }
        // Phoenix agrees on neither unless it is in the record.
        let negotiated = ["sec-websocket-protocol", "sec-websocket-extensions"]
        for name in Set(negotiated).union(expected.headers.keys) where response[name] != expected.headers[name] {
            throw mismatch(step.connection, "header \(name) is \(response[name] ?? "absent"), not as recorded")
        }
        guard response.status == expected.status, expected.body == nil || expected.body == response.bodyText else {
            throw mismatch(
                step.connection,
                "answered \(response.status) '\(response.bodyText)' instead of \(expected.status) '\(expected.body ?? "")'"
            )
        }
    }

    private mutating func expect(_ frames: [Dialogue.Expected], on name: String, unordered: Bool) async throws {
        guard let socket = connections[name]?.socket else { throw mismatch(name, "is not open") }
        var missing = frames
        while !missing.isEmpty {
            let event: TestWebSocketEvent
            do {
                event = try await socket.receive(within: patience)
            } catch {
                throw mismatch(name, "nothing came instead of \(missing[0].summary)")
            }
            let candidates = unordered ? missing[...] : missing.prefix(1)
            guard let index = candidates.firstIndex(where: { $0.matches(event, &refs) }) else {
                throw mismatch(name, "got \(event.summary)\n  instead of \(missing[0].summary)")
            }
            missing.remove(at: index)
            if case .close = event {
                let next = try? await socket.receive(within: patience)
                guard next == .end, missing.isEmpty else {
                    throw mismatch(name, "after the close got \(next?.summary ?? "no end of the connection")")
                }
                connections[name] = nil
            }
        }
    }

    /// Proves that nothing more comes, or lets everything come where what comes is left open.
    private mutating func expectSilence(on name: String, isLoose: Bool) async throws {
        guard let connection = connections[name] else { return }
        probes += 1
        let probe = "silence-\(probes)"
        let answer: Dialogue.Expected
        let question: TestFrame
        if connection.isMidMessage {
            question = TestFrame(opcode: 9, text: probe)
            answer = Dialogue.Expected(pong: probe.utf8.hexadecimal)
        } else {
            let reply = #"{"response":{},"status":"ok"}"#
            switch connection.version {
            case .v1:
                let heartbeat = #"{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"\#(probe)"}"#
                question = TestFrame(opcode: 1, text: heartbeat)
                let text = #"{"topic":"phoenix","event":"phx_reply","payload":\#(reply),"ref":"\#(probe)"}"#
                answer = Dialogue.Expected(text: text)
            case .v2:
                question = TestFrame(opcode: 1, text: #"[null,"\#(probe)","phoenix","heartbeat",{}]"#)
                answer = Dialogue.Expected(text: #"[null,"\#(probe)","phoenix","phx_reply",\#(reply)]"#)
            }
        }
        try? await connection.socket.send(frame: question)
        let answered: Bool
        var event: TestWebSocketEvent
        do {
            event = try await connection.socket.receive(within: patience)
            while isLoose, !answer.matches(event, &refs) {
                event = try await connection.socket.receive(within: patience)
            }
            answered = answer.matches(event, &refs)
        } catch {
            throw mismatch(name, "the server has stopped answering")
        }
        guard answered else { throw mismatch(name, "got \(event.summary)\n  where nothing should come") }
    }

    private func bytes(_ hex: String) throws -> [UInt8] {
        guard let bytes = [UInt8](hexadecimal: hex) else { throw mismatch("-", "'\(hex)' is not hexadecimal") }
        return bytes
    }

    private func mismatch(_ connection: String, _ message: String) -> DialogueMismatch {
        DialogueMismatch(dialogue: dialogue.name, step: step, connection: connection, message: message)
    }

    /// Resolves `..`, which a client does before it sends a path.
    static func normalised(_ target: String) -> String {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var segments: [Substring] = []
        for segment in parts[0].split(separator: "/") {
            if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
        }
        return "/" + segments.joined(separator: "/") + (parts.count > 1 ? "?\(parts[1])" : "")
    }
}
