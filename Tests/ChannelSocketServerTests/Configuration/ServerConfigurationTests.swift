import ChannelSocket
import ChannelSocketHTTP
import ChannelSocketRedis
import Logging
import NIOCore
import Testing

@testable import ChannelSocketServer

@Suite("Server configuration")
struct ServerConfigurationTests {
    @Test("is a lone node on loopback when nothing is set")
    func defaults() async throws {
        let configuration = try await load(environment: ["PATH": "/usr/bin", "PORT": "", "REDIS_URL": ""])
        #expect(configuration.listen.host == "127.0.0.1")
        #expect(configuration.listen.port == 4000)
        #expect(configuration.listen.path == "/socket")
        #expect(configuration.redis.configuration == nil)
        #expect(configuration.listen.eventLoops == nil)
        #expect(configuration.logging.level == .info)
    }

    @Test("reads the variables that were there before there was a file")
    func environment() async throws {
        let configuration = try await load(environment: [
            "CHANNELSOCKET_HOST": "0.0.0.0", "PORT": "0", "CHANNELSOCKET_PATH": "/live/socket",
            "REDIS_URL": "redis://:secret@redis.test:6380/2", "CHANNELSOCKET_CHANNEL_PREFIX": "app:",
            "CHANNELSOCKET_THREADS": "3", "CHANNELSOCKET_NODE_NAME": "node1", "LOG_LEVEL": "WARNING",
            "CHANNELSOCKET_BACKLOG": "7", "CHANNELSOCKET_MAX_OUTBOUND_BYTES": "65536",
            "CHANNELSOCKET_SLOW_CONSUMERS": "drop",
        ])
        #expect(configuration.listen.host == "0.0.0.0")
        #expect(configuration.listen.port == 0)
        #expect(configuration.listen.path == "/live/socket")
        let redis = try #require(configuration.redis.configuration)
        #expect(redis.address == .tcp(host: "redis.test", port: 6380))
        #expect(redis.credentials?.password == "secret")
        #expect(redis.database == 2)
        #expect(redis.channelPrefix == "app:")
        #expect(configuration.listen.eventLoops == 3)
        #expect(configuration.listen.backlog == 7)
        #expect(configuration.limits.webSocket.maxOutboundBytes == 65_536)
        #expect(configuration.limits.webSocket.slowConsumerPolicy == .drop)
        #expect(configuration.nodeName == "node1")
        #expect(configuration.logging.level == .warning)
    }

    @Test("has messages sent at once, unless somebody says otherwise")
    func noDelay() async throws {
        #expect(try await load().http.noDelay)
        #expect(try await load(environment: ["CHANNELSOCKET_NO_DELAY": "false"]).http.noDelay == false)
        let file = try TemporaryFile("listen: {no_delay: false}\n")
        #expect(try await load(file: file).http.noDelay == false)
    }

    @Test("reads a YAML file")
    func yaml() async throws {
        let file = try TemporaryFile(
            """
            # A comment
            listen:
              port: 5001
              event_loops: auto
            redis:
              url:
              command_timeout: 250ms
            limits: {max_message_bytes: 64KiB, idle_timeout: none}
            presence:
              lease: 1m
            """
        )
        let configuration = try await load(file: file)
        #expect(configuration.listen.port == 5001)
        #expect(configuration.redis.configuration == nil)
        #expect(configuration.redis.link.commandTimeout == .milliseconds(250))
        #expect(configuration.limits.webSocket.maxMessageBytes == 65_536)
        #expect(configuration.limits.webSocket.idleTimeout == nil)
        #expect(configuration.presence.redis.lease == .seconds(60))
    }

    @Test("reads a JSON file")
    func json() async throws {
        let file = try TemporaryFile(
            "{\n\t\"listen\": {\"port\": 5002},\n\t\"redis\": null\n}\n", name: "channelsocket.json")
        #expect(try await load(file: file).listen.port == 5002)
    }

    @Test("takes an empty file for no settings", arguments: ["", "# nothing\n", "---\n", "listen:\n"])
    func emptyFile(text: String) async throws {
        #expect(try await load(file: TemporaryFile(text)).listen.port == 4000)
    }

    @Test("prefers flags to the environment, that to the file, and that to the defaults")
    func precedence() async throws {
        let file = try TemporaryFile("listen: {host: file, port: 1, backlog: 1, path: /file}")
        let loaded = try await LoadedConfiguration(
            from: ConfigurationSources(
                flags: ["listen.host": "flag"], environment: ["CHANNELSOCKET_HOST": "environment", "PORT": "2"],
                file: file.path
            )
        )
        #expect(loaded.configuration.listen.host == "flag")
        #expect(loaded.configuration.listen.port == 2)
        #expect(loaded.configuration.listen.backlog == 1)
        let origins = Dictionary(uniqueKeysWithValues: loaded.settings.map { ($0.path, $0.origin) })
        #expect(origins["listen.host"] == .flag("--host"))
        #expect(origins["listen.port"] == .environment("PORT"))
        #expect(origins["listen.backlog"] == .file(path: file.path, line: 1))
        #expect(origins["redis.url"] == .unset)
    }

    @Test("finds its file by the environment too")
    func fileOfEnvironment() async throws {
        let file = try TemporaryFile("listen: {port: 5003}")
        #expect(try await load(environment: ["CHANNELSOCKET_CONFIG": file.path]).listen.port == 5003)
    }

    @Test("takes no setting from the variables that Kubernetes makes up for a service of this name")
    func kubernetes() async throws {
        let configuration = try await load(environment: [
            "CHANNELSOCKET_SERVICE_HOST": "10.0.0.1", "CHANNELSOCKET_SERVICE_PORT": "4000",
            "CHANNELSOCKET_PORT": "tcp://10.0.0.1:4000", "CHANNELSOCKET_PORT_4000_TCP": "tcp://10.0.0.1:4000",
        ])
        #expect(configuration.listen.port == 4000)
        let variables = ServerSettings.all.compactMap(\.environment)
        #expect(!variables.contains { $0.hasPrefix("CHANNELSOCKET_PORT") || $0.hasPrefix("CHANNELSOCKET_SERVICE") })
    }

    private func load(
        flags: [String: String] = [:], environment: [String: String] = [:], file: TemporaryFile? = nil
    ) async throws -> ServerConfiguration {
        let sources = ConfigurationSources(flags: flags, environment: environment, file: file?.path)
        return try await LoadedConfiguration(from: sources).configuration
    }
}
