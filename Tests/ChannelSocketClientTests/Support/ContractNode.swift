import ChannelSocketClient
import ChannelSocketTesting
import PhoenixWire

/// A `phoenix-contract` process, which has a channel for everything a channel can do.
enum ContractNode {
    /// Starts one.
    static func start(port: Int = 0) async throws -> (process: ChildProcess, port: Int) {
        let process = try ChildProcess(product: "phoenix-contract", arguments: ["--port", "\(port)"])
        return (process, try await process.waitForPort())
    }

    /// Runs a closure with a node and ends the node afterwards.
    static func with(_ body: (_ port: Int) async throws -> Void) async throws {
        let node = try await start()
        try await body(node.port)
        try await node.process.stop()
    }

    /// The configuration of a client that is as patient as a busy machine needs, and fast to come back.
    static func configuration(_ port: Int, scheme: String = "ws") throws -> PhoenixClientConfiguration {
        var configuration = try PhoenixClientConfiguration(url: "\(scheme)://127.0.0.1:\(port)/socket")
        configuration.timeout = TestWebSocket.patience
        configuration.reconnect = RetrySchedule(delays: [], last: .milliseconds(50))
        configuration.rejoin = RetrySchedule(delays: [], last: .milliseconds(50))
        return configuration
    }

    /// A connected client.
    static func client(_ port: Int) async throws -> PhoenixClient {
        let client = PhoenixClient(try configuration(port))
        try await client.connect()
        return client
    }
}

extension AsyncStream where Element: Sendable {
    /// Takes elements up to the first that satisfies a condition.
    func first(
        _ what: String, within limit: Duration = .seconds(30), where condition: @escaping @Sendable (Element) -> Bool
    ) async throws -> Element {
        try await withThrowingTaskGroup(of: Element.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                for await element in self where condition(element) { return element }
                throw TestingError(.ended, "the stream ended before \(what)")
            }
            group.addTask {
                try await Task.sleep(for: limit)
                throw TestingError(.timeout, "waited \(limit) for \(what)")
            }
            guard let element = try await group.next() else { throw CancellationError() }
            return element
        }
    }

    /// Takes the next element.
    func next(_ what: String) async throws -> Element {
        try await first(what) { _ in true }
    }
}

extension Payload {
    /// The payload of a text that is JSON.
    static func text(_ json: String) -> Payload {
        (try? Payload(json: json)) ?? .emptyObject
    }
}
