internal import ArgumentParser
internal import ChannelSocketRedis
internal import ChannelSocketServer
internal import PhoenixWire

/// Prints who is present in a topic.
struct PresenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "presence",
        abstract: "Print who is present in a topic, on all nodes.",
        discussion: """
            Asks Redis, or with --url the HTTP API of a node. Prints a line for each device, with its key and meta; \
            with --json an object of the form of presence_state. A topic that nobody is in, or that there never was, \
            is empty.

            Exit codes: 0, 1 when Redis or the node can't be reached or refuses, 64 for options that make no sense.

            Examples:
              channelsocket presence room:lobby --redis redis://127.0.0.1:6379
              channelsocket presence room:lobby --json | jq keys
            """
    )

    @Argument(help: "The topic, such as room:lobby.")
    var topic: String

    @OptionGroup var redis: RedisOptions
    @OptionGroup var api: APIOptions

    @Option(
        help: ArgumentHelp("What stands before the names of the nodes' presence keys in Redis.", valueName: "prefix")
    )
    var keyPrefix = RedisPresenceConfiguration().keyPrefix

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if try api.client() == nil { _ = try configuration() }
    }

    func run() async throws {
        let present: [PresentKey]
        if let client = try api.client() {
            present = try await client.presence(of: topic)
        } else {
            present = try await ClusterPresence(redis: configuration(), keyPrefix: keyPrefix).members(of: topic)
                .map { try PresentKey(key: $0.key, members: $0.metas) }
        }
        let output = CommandOutput()
        output.print(json ? "{\(present.map(\.json).joined(separator: ","))}" : Self.table(present, output))
    }

    private func configuration() throws -> RedisConfiguration {
        guard let redis = try redis.configuration() else {
            throw ValidationError("--redis (REDIS_URL), or a node's --url, is needed")
        }
        return redis
    }

    private static func table(_ present: [PresentKey], _ output: CommandOutput) -> String {
        let devices = present.reduce(0) { $0 + $1.metas.count }
        var lines = [output.styled("\(present.count) present, \(devices) device\(devices == 1 ? "" : "s")", .bold)]
        let width = min(40, present.map(\.key.count).max() ?? 0)
        for entry in present {
            var key = CommandOutput.harmless(entry.key)
            key += String(repeating: " ", count: max(0, width - key.count))
            for meta in entry.metas {
                // The ref tells devices apart, which the lines do already.
                let members = (try? meta.members())?.filter { $0.name != "phx_ref" } ?? []
                let text = members.map { "\(Payload.literal($0.name)):\($0.value.text)" }.joined(separator: ",")
                lines.append("\(output.styled(key, .cyan))  {\(CommandOutput.harmless(text))}")
            }
        }
        return lines.joined(separator: "\n")
    }
}
