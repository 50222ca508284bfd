import ChannelSocket
import ChannelSocketRedis
import Logging
import Testing

@testable import ChannelSocketServer

@Suite("Server configuration")
struct ServerConfigurationTests {
    @Test("is a lone node on loopback when nothing is set")
    func defaults() throws {
        let configuration = try ServerConfiguration(settings: ["PATH": "/usr/bin", "PORT": "", "REDIS_URL": ""])
        #expect(configuration.host == "127.0.0.1")
        #expect(configuration.port == 4000)
        #expect(configuration.socketPath == "/socket")
        #expect(configuration.redis == nil)
        #expect(configuration.eventLoopThreads == nil)
        #expect(configuration.logLevel == .info)
    }

    @Test("reads every setting")
    func allSettings() throws {
        let configuration = try ServerConfiguration(settings: [
            "CHANNELSOCKET_HOST": "0.0.0.0", "PORT": "0", "CHANNELSOCKET_PATH": "/live/socket",
            "REDIS_URL": "redis://:secret@redis.test:6380/2", "CHANNELSOCKET_CHANNEL_PREFIX": "app:",
            "CHANNELSOCKET_THREADS": "3", "CHANNELSOCKET_NODE_NAME": "node1", "LOG_LEVEL": "WARNING",
        ])
        #expect(configuration.host == "0.0.0.0")
        #expect(configuration.port == 0)
        #expect(configuration.socketPath == "/live/socket")
        #expect(configuration.redis?.address == .tcp(host: "redis.test", port: 6380))
        #expect(configuration.redis?.channelPrefix == "app:")
        #expect(configuration.eventLoopThreads == 3)
        #expect(configuration.node.description.hasPrefix("node1_"))
        #expect(configuration.logLevel == .warning)
    }

    @Test("gives a named node another identity at every start")
    func namedNodes() throws {
        let settings = ["CHANNELSOCKET_NODE_NAME": "node1"]
        #expect(try ServerConfiguration(settings: settings).node != ServerConfiguration(settings: settings).node)
    }

    @Test(
        "names the flag and the variable of a value that makes no sense",
        arguments: [
            (ServerSetting.port, "http"), (.port, "-1"), (.port, "65536"), (.threads, "0"), (.threads, "65"),
            (.backlog, "0"), (.maxOutboundBytes, "1"), (.slowConsumers, "ignore"),
            (.threads, "many"), (.logLevel, "loud"), (.socketPath, "socket"), (.socketPath, "/"),
            (.socketPath, "/socket/"), (.socketPath, "/a\"b"), (.nodeName, "node-1"),
            (.nodeName, String(repeating: "n", count: 41)), (.redisURL, "http://redis:6379"), (.redisURL, "redis"),
        ]
    )
    func nonsense(setting: ServerSetting, value: String) throws {
        let error = try #require(throws: ConfigurationError.self) {
            try ServerConfiguration(settings: [setting.rawValue: value])
        }
        #expect(error.setting == setting)
        #expect(error.description.contains(setting.flag))
        #expect(error.description.contains(setting.rawValue))
    }

    @Test("keeps the password of a bad Redis URL to itself")
    func password() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try ServerConfiguration(settings: ["REDIS_URL": "redis://:hunter2@redis:notaport"])
        }
        #expect(!error.description.contains("hunter2"))
    }
}
