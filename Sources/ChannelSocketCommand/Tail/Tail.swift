internal import ChannelSocketClient
internal import PhoenixWire

/// Follows topics until enough was seen or the last channel has ended.
struct Tail: Sendable {
    enum Ending: Sendable {
        /// The number of events asked for was printed.
        case counted
        /// The server closed a channel.
        case closed
        /// The time was over.
        case timedOut
    }

    let configuration: PhoenixClientConfiguration
    let topics: [String]
    let joinPayload: Payload
    /// Only these are printed; all if there are none.
    let events: Set<String>
    let limit: Int?
    let printer: TailPrinter
    let quiet: Bool

    /// Follows the topics.
    ///
    /// - Throws: `PhoenixClientError` when the server can't be reached, or refuses the connection or a join.
    func run() async throws -> Ending {
        let client = PhoenixClient(configuration)
        try await client.connect()
        let (printed, report) = AsyncStream.makeStream(of: Void.self)
        return try await withThrowingTaskGroup(of: Ending.self) { group in
            defer { group.cancelAll() }
            group.addTask { await noteConnection(client) }
            for topic in topics {
                group.addTask {
                    let channel = try await client.join(topic, joinPayload)
                    note("joined \(CommandOutput.harmless(topic))")
                    await follow(channel) { report.yield() }
                    return .closed
                }
            }
            group.addTask { await count(printed) }
            let ending = try await group.next() ?? .closed
            if case .closed = ending { CommandOutput.note("the server closed a channel") }
            return ending
        }
    }

    /// Returns when enough was printed.
    private func count(_ printed: AsyncStream<Void>) async -> Ending {
        var number = 0
        for await _ in printed {
            number += 1
            if number == limit { return .counted }
        }
        return .timedOut
    }

    private func follow(_ channel: PhoenixChannel, printed: () -> Void) async {
        let topic = CommandOutput.harmless(channel.topic)
        for await event in channel.events {
            switch event {
            case .message(let name, let payload):
                guard events.isEmpty || events.contains(name) else { continue }
                printer.print(topic: channel.topic, event: name, payload: payload)
                printed()
            case .rejoined: note("joined \(topic) again")
            case .lost(let reason): note("lost \(topic): \(CommandOutput.harmless(reason))")
            case .missed(let number): note("\(number) events of \(topic) came too fast and are missing here")
            }
        }
    }

    /// Tells what happens to the connection until it ends for good.
    private func noteConnection(_ client: PhoenixClient) async -> Ending {
        for await event in client.connectionEvents {
            switch event {
            case .connected: note("connected to \(configuration.url)")
            case .disconnected(let reason, let delay):
                let milliseconds = Int(delay / .milliseconds(1))
                note("\(CommandOutput.harmless(reason)); connecting again in \(milliseconds) ms")
            case .ended(let reason): note(CommandOutput.harmless(reason))
            }
        }
        return .closed
    }

    private func note(_ line: String) {
        if !quiet { CommandOutput.note(line) }
    }
}
