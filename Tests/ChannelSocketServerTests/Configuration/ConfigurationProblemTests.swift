import Testing

@testable import ChannelSocketServer

@Suite("Problems of a configuration")
struct ConfigurationProblemTests {
    @Test(
        "names the flag, variable or line of a value that makes no sense, and what it should be",
        arguments: [
            ("listen.port", "http", "from 0 to 65535"), ("listen.port", "-1", "from 0"),
            ("listen.port", "65536", "65535"), ("listen.event_loops", "0", "from 1 to 64"),
            ("listen.event_loops", "many", "auto"), ("listen.backlog", "0", "from 1"),
            ("limits.max_outbound_bytes", "1", "64KiB to 1GiB"), ("limits.slow_consumers", "ignore", "close or drop"),
            ("limits.idle_timeout", "60x", "30s"), ("limits.idle_timeout", "9999999h", "24h"),
            ("logging.level", "loud", "one of trace"), ("listen.path", "socket", "a path like /socket"),
            ("listen.path", "/", "a path"), ("listen.path", "/socket/", "a path"), ("listen.path", "/a\"b", "a path"),
            ("node.name", "node-1", "1 to 40"), ("node.name", String(repeating: "n", count: 41), "1 to 40"),
            ("redis.url", "http://redis:6379", "redis://"), ("redis.url", "redis", "redis://"),
        ]
    )
    func nonsense(path: String, value: String, words: String) async throws {
        let setting = try #require(ServerSettings.all.first { $0.path == path })
        let variable = try #require(setting.environment)
        let byFlag = try await problem(flags: [path: value])
        #expect(byFlag.hasPrefix("\(setting.flag ?? "--set \(path)") (\(path)) "))
        #expect(byFlag.contains(words))
        let byVariable = try await problem(environment: [variable: value])
        #expect(byVariable.hasPrefix("\(variable) (\(path)) "))
        let names = path.split(separator: ".")
        let file = try TemporaryFile("\(names[0]):\n  \(names[1]): '\(value)'\n")
        #expect(try await problem(file: file.path).hasPrefix("\(file.path):2: \(path) "))
    }

    @Test("keeps the password of a bad Redis URL to itself")
    func password() async throws {
        let text = try await problem(environment: ["REDIS_URL": "redis://:hunter2@redis:notaport"])
        #expect(!text.contains("hunter2"))
    }

    @Test(
        "finds keys that nobody reads, and the key that was meant",
        arguments: [
            ("listen:\n  prot: 1\n", ":2: listen.prot is not a setting; did you mean listen.port?"),
            ("# x\nlimit:\n  max_channels: 1\n", ":2: limit is not a setting; did you mean limits?"),
            ("zebras: 3\n", ":1: zebras is not a setting"),
            ("listen: 4000\n", ":1: listen is a section, and needs keys of its own"),
            ("listen: [1, 2]\n", ":1: listen is a section, and needs keys of its own"),
            ("listen:\n  port:\n    number: 1\n", ":2: listen.port is a setting, and can't have keys of its own"),
            ("listen:\n  port: [1, 2]\n", ":2: listen.port must be a number from 0 to 65535, not a list"),
        ]
    )
    func unknownKeys(text: String, problem: String) async throws {
        let file = try TemporaryFile(text)
        #expect(try await self.problem(file: file.path) == file.path + problem)
    }

    @Test("finds settings on the command line that there are not")
    func unknownFlag() async throws {
        let text = try await problem(flags: ["limits.max_chanels": "3"])
        #expect(text == "--set (limits.max_chanels) is not a setting; did you mean limits.max_channels?")
    }

    @Test(
        "names the line of bad YAML and JSON without quoting it",
        arguments: [
            ("listen:\n  port: 1\n host: x\n", 3), ("listen:\n\tport: 1\n", 2), ("{\"listen\": {\"port\": 1\n\n", 3),
            ("listen: {port: 1}\nlisten: {port: hunter2}\n", 1), ("a: \"hunter2\nb: 2\n", 3),
            ("listen:\n  host: *nowhere\n", 2), ("- a\n- b\n", 1), ("hunter2", 1),
        ]
    )
    func badYAML(text: String, line: Int) async throws {
        let file = try TemporaryFile(text)
        let problem = try await problem(file: file.path)
        #expect(problem.hasPrefix("\(file.path):\(line): "))
        #expect(!problem.contains("hunter2"))
    }

    @Test("says that a file is not there")
    func missingFile() async throws {
        #expect(try await problem(file: "/nowhere/x.yml") == "/nowhere/x.yml: there is no such file")
    }

    @Test("tells everything that is wrong at once")
    func all() async throws {
        let file = try TemporaryFile("listen:\n  port: x\n  backlog: y\n")
        let error = try await error(ConfigurationSources(environment: ["LOG_LEVEL": "z"], file: file.path))
        #expect(error.problems.map(\.setting) == ["listen.port", "listen.backlog", "logging.level"])
    }

    @Test("looks at how settings go together")
    func together() async throws {
        let file = try TemporaryFile("presence:\n  poll_interval: 20s\n  lease: 30s\n")
        let problem = try await problem(file: file.path)
        #expect(problem == "\(file.path):3: presence.lease must be at least twice presence.poll_interval")
    }

    @Test("takes no message from clients that other nodes would not take from Redis")
    func sizes() async throws {
        let file = try TemporaryFile("limits:\n  max_message_bytes: 64MiB\n")
        #expect(
            try await problem(environment: ["REDIS_URL": "redis://127.0.0.1"], file: file.path)
                == "\(file.path):2: limits.max_message_bytes must be less than redis.max_reply_bytes,"
                + " or other nodes do not accept it"
        )
    }

    private func problem(
        flags: [String: String] = [:], environment: [String: String] = [:], file: String? = nil
    ) async throws -> String {
        let sources = ConfigurationSources(flags: flags, environment: environment, file: file)
        let problems = try await error(sources).problems
        #expect(problems.count == 1)
        return problems.first?.description ?? ""
    }

    private func error(_ sources: ConfigurationSources) async throws -> ConfigurationError {
        try await #require(throws: ConfigurationError.self) { _ = try await LoadedConfiguration(from: sources) }
    }
}
