internal import ChannelSocket
internal import ChannelSocketRedis
internal import Logging

extension ServerConfiguration {
    /// Reads settings by their names in the environment.
    ///
    /// - Parameter settings: the values; an empty one counts as not given, other names are ignored.
    /// - Throws: ``ConfigurationError`` for the first value that makes no sense.
    public init(settings: [String: String]) throws(ConfigurationError) {
        self.init()
        func value(_ setting: ServerSetting) -> String? {
            settings[setting.rawValue].flatMap { $0.isEmpty ? nil : $0 }
        }
        host = value(.host) ?? host
        if let url = value(.redisURL) { redis = try Self.redis(url, channelPrefix: value(.channelPrefix)) }
        if let text = value(.port) { port = try Self.number(.port, text, in: 0...65_535) }
        if let text = value(.socketPath) { socketPath = try Self.socketPath(text) }
        if let text = value(.threads) { eventLoopThreads = try Self.number(.threads, text, in: 1...64) }
        if let text = value(.backlog) { backlog = try Self.number(.backlog, text, in: 1...65_535) }
        if let text = value(.maxOutboundBytes) {
            maxOutboundBytes = try Self.number(.maxOutboundBytes, text, in: 1 << 16...1 << 30)
        }
        if let text = value(.slowConsumers) { slowConsumerPolicy = try Self.slowConsumerPolicy(text) }
        if let text = value(.drainDelay) { drain.delay = .seconds(try Self.number(.drainDelay, text, in: 0...300)) }
        if let text = value(.drainWindow) { drain.window = .seconds(try Self.number(.drainWindow, text, in: 0...300)) }
        if let text = value(.nodeName) { node = try Self.node(named: text) }
        if let text = value(.logLevel) { logLevel = try Self.logLevel(text) }
    }

    private static func number(
        _ setting: ServerSetting, _ text: String, in range: ClosedRange<Int>
    ) throws(ConfigurationError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw ConfigurationError(setting, text, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func slowConsumerPolicy(_ text: String) throws(ConfigurationError) -> SlowConsumerPolicy {
        switch text {
        case "close": return .close
        case "drop": return .drop
        default: throw ConfigurationError(.slowConsumers, text, "close or drop")
        }
    }

    /// Accepts what can stand in a URL and a page without escaping.
    private static func socketPath(_ text: String) throws(ConfigurationError) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isPlain, text.hasPrefix("/"), !text.hasSuffix("/") else {
            throw ConfigurationError(.socketPath, text, "a path like /socket")
        }
        return text
    }

    private static func redis(
        _ url: String, channelPrefix: String?
    ) throws(ConfigurationError) -> RedisConfiguration {
        do {
            var redis = try RedisConfiguration(url: url)
            if let channelPrefix { redis.channelPrefix = channelPrefix }
            return redis
        } catch {
            throw ConfigurationError(.redisURL, error.message)
        }
    }

    /// Makes an identity that a person recognises and that no earlier start of the node had.
    private static func node(named name: String) throws(ConfigurationError) -> NodeID {
        guard name.utf8.count <= 40, let node = NodeID("\(name)_\(NodeID())") else {
            throw ConfigurationError(.nodeName, name, "1 to 40 characters of A-Z a-z 0-9 _")
        }
        return node
    }

    private static func logLevel(_ text: String) throws(ConfigurationError) -> Logger.Level {
        guard let level = Logger.Level(rawValue: text.lowercased()) else {
            let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ConfigurationError(.logLevel, text, "one of \(names)")
        }
        return level
    }
}
