internal import ArgumentParser
internal import ChannelSocketClient
internal import PhoenixWire

/// Joins topics and prints what is sent there.
struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Join topics and print what is sent there.",
        discussion: """
            Connects as any client does, so the server's rules decide what may be joined. On a terminal each event is \
            a coloured line; otherwise it is one JSON object with at, topic, event, and payload or binary (base64). \
            What happens to the connection is told on standard error. A lost connection is made again, and what was \
            sent in between is missed.

            Exit codes: 0 after --count events, 1 when the server can't be reached or refuses the connection or a \
            join, or closes the channel, 3 when --timeout ends it, 64 for options that make no sense.

            Examples:
              channelsocket tail room:lobby
              channelsocket tail room:lobby room:help --event new_msg | jq .payload
              channelsocket tail room:lobby --url wss://chat.example.com/socket
              channelsocket tail room:lobby --count 1 --timeout 10 --quiet
            """
    )

    @Argument(help: "The topics, such as room:lobby.")
    var topics: [String]

    @OptionGroup var socket: SocketOptions

    @Option(help: "Print this event only; may be repeated.")
    var event: [String] = []

    @Option(help: ArgumentHelp("What to send with the joins, a JSON value.", valueName: "json"))
    var joinPayload = "{}"

    @Option(help: ArgumentHelp("End after so many events.", valueName: "number"))
    var count: Int?

    @Option(help: ArgumentHelp("End after so many seconds.", valueName: "seconds"))
    var timeout: Double?

    @Flag(help: "Print JSON lines on a terminal too.")
    var json = false

    @Flag(help: "Say nothing on standard error but what ends the command.")
    var quiet = false

    func validate() throws {
        guard count ?? 1 > 0 else { throw ValidationError("--count must be positive") }
        guard timeout ?? 1 > 0, timeout ?? 1 < 1e9 else { throw ValidationError("--timeout must be positive") }
        _ = try payload()
        _ = try socket.configuration()
    }

    func run() async throws {
        let tail = Tail(
            configuration: try socket.configuration(),
            topics: Array(Set(topics)).sorted(),
            joinPayload: try payload(),
            events: Set(event),
            limit: count,
            printer: TailPrinter(output: CommandOutput(), json: json),
            quiet: quiet
        )
        let ended = try await withThrowingTaskGroup(of: Tail.Ending.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await tail.run() }
            if let timeout {
                group.addTask {
                    // The time that was asked for; cancelled when the tail ends before.
                    try await Task.sleep(for: .seconds(timeout))
                    return .timedOut
                }
            }
            return try await group.next()
        }
        switch ended {
        case .counted, nil: break
        case .closed: throw ExitCode.failure
        case .timedOut: throw ExitCode(3)
        }
    }

    private func payload() throws -> Payload {
        do {
            return try Payload(json: joinPayload)
        } catch {
            throw ValidationError("--join-payload must be JSON: \(error.message)")
        }
    }
}
