internal import ArgumentParser
internal import ChannelSocketServer
internal import Foundation
internal import PhoenixWire

/// Broadcasts to the clients of a cluster.
struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Broadcast to all subscribers of a topic, on all nodes.",
        discussion: """
            Publishes through Redis, and prints the number of nodes that have subscribers of the topic: "0 nodes" \
            means that nobody was there to hear it. With --url it goes through the HTTP API of a node. Whether a \
            topic exists is not checked, as topics come and go with their subscribers.

            Exit codes: 0 when it was published, 1 when Redis or the node can't be reached or refuses it, 64 for \
            arguments that make no sense.

            Examples:
              export REDIS_URL=redis://127.0.0.1:6379
              channelsocket publish room:lobby new_msg '{"body":"hi"}'
              date +'{"now":"%T"}' | channelsocket publish room:lobby tick -
            """
    )

    @Argument(help: "The topic, such as room:lobby.")
    var topic: String

    @Argument(help: "The event, such as new_msg.")
    var event: String

    @Argument(help: "The payload, a JSON object; - reads it from standard input.")
    var payload = "{}"

    @OptionGroup var redis: RedisOptions
    @OptionGroup var api: APIOptions

    func validate() throws {
        if payload != "-" { _ = try broadcast(payload) }
        if try api.client() == nil { _ = try publisher() }
    }

    func run() async throws {
        var text = payload
        if text == "-" {
            text = String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
        }
        let broadcast = try broadcast(text)
        if let client = try api.client() {
            try await client.publish(broadcast)
            print("published")
            return
        }
        let nodes = try await publisher().publish(broadcast)
        print("\(nodes) node\(nodes == 1 ? "" : "s")")
    }

    private func broadcast(_ text: String) throws -> Broadcast {
        let wanted = "the payload must be a JSON object such as '{\"body\":\"hi\"}'"
        let payload: Payload
        do {
            payload = try Payload(json: text)
        } catch {
            throw ValidationError("\(wanted): \(error.message)")
        }
        guard payload.isJSONObject else { throw ValidationError(wanted) }
        return Broadcast(topic: topic, event: event, payload: payload)
    }

    private func publisher() throws -> ClusterPublisher {
        guard let redis = try redis.configuration() else {
            throw ValidationError("--redis (REDIS_URL), or a node's --url, is needed")
        }
        return ClusterPublisher(redis: redis)
    }
}
