internal import ArgumentParser
internal import ChannelSocketServer
internal import PhoenixWire

/// Broadcasts to the clients of a cluster.
struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Broadcast to all subscribers of a topic, on all nodes.",
        discussion: "Prints the number of nodes that have subscribers of the topic."
    )

    @Argument(help: "The topic, such as room:lobby.")
    var topic: String

    @Argument(help: "The event, such as new_msg.")
    var event: String

    @Argument(help: "The payload, a JSON object.")
    var payload = "{}"

    @Option(help: ArgumentHelp("Redis that joins the nodes. [REDIS_URL]", valueName: "url"))
    var redis: String?

    @Option(
        help: ArgumentHelp(
            "What precedes a topic in its Redis channel. [CHANNELSOCKET_CHANNEL_PREFIX] (default: channels:)",
            valueName: "prefix"
        )
    )
    var channelPrefix: String?

    func validate() throws {
        _ = try broadcast()
        _ = try publisher()
    }

    func run() async throws {
        let nodes = try await publisher().publish(broadcast())
        print("\(nodes) node\(nodes == 1 ? "" : "s")")
    }

    private func broadcast() throws -> Broadcast {
        guard let payload = try? Payload(json: payload), payload.isJSONObject else {
            throw ValidationError("the payload must be a JSON object such as '{\"body\":\"hi\"}'")
        }
        return Broadcast(topic: topic, event: event, payload: payload)
    }

    private func publisher() throws -> ClusterPublisher {
        let loaded = try LoadedConfiguration(flags: ["redis.url": redis, "redis.channel_prefix": channelPrefix])
        guard let redis = loaded.configuration.redis.configuration else {
            throw ValidationError("--redis (REDIS_URL) is needed: a node without Redis can't be reached from outside")
        }
        return ClusterPublisher(redis: redis)
    }
}
