internal import ChannelSocket
internal import ChannelSocketRedis

/// Looks for what is wrong between settings that are right by themselves, and in the files that they name.
///
/// A problem is what would not be done as it is written there; a warning what can be done and is hardly meant.
struct ConfigurationCheck {
    let configuration: ServerConfiguration
    private let origins: [String: SettingOrigin]
    /// What makes the configuration unusable.
    private(set) var problems: [ConfigurationProblem] = []
    /// What is hardly meant.
    private(set) var warnings: [ConfigurationProblem] = []

    /// Looks at a configuration.
    ///
    /// - Parameters:
    ///   - configuration: the configuration.
    ///   - settings: what was read, and where from.
    init(_ configuration: ServerConfiguration, settings: [EffectiveSetting]) async {
        self.configuration = configuration
        origins = Dictionary(settings.map { ($0.path, $0.origin) }, uniquingKeysWith: { first, _ in first })
        checkPresence()
        checkSizes()
        checkTLS()
        await checkTokenKeys()
        checkAuthentication()
        checkWebhooks()
        checkChannels()
        if let problem = configuration.metrics.pathProblem { report("metrics.path", problem) }
    }

    /// Whether a setting was given anywhere.
    func isGiven(_ path: String) -> Bool { origin(of: path) != .unset }

    /// Notes a problem.
    ///
    /// - Parameters:
    ///   - path: the setting.
    ///   - problem: what is wrong; reads on after the setting's name, and contains no secret.
    ///   - neighbour: a setting to name the line of, if this one was not given.
    mutating func report(_ path: String, _ problem: String, near neighbour: String? = nil) {
        problems.append(ConfigurationProblem(path, from: origin(of: path, or: neighbour), problem))
    }

    /// Notes a warning, as ``report(_:_:near:)`` does a problem.
    mutating func warn(_ path: String, _ warning: String, near neighbour: String? = nil) {
        warnings.append(ConfigurationProblem(path, from: origin(of: path, or: neighbour), warning))
    }

    private func origin(of path: String, or neighbour: String? = nil) -> SettingOrigin {
        if let origin = origins[path], origin != .unset { return origin }
        return neighbour.flatMap { origins[$0] } ?? .unset
    }

    private mutating func checkPresence() {
        guard configuration.presence.store.pollInterval * 2 > configuration.presence.store.lease else { return }
        report("presence.lease", "must be at least twice presence.poll_interval")
    }

    /// A node that is sent more than it accepts takes it for nonsense and makes its link to Redis anew.
    private mutating func checkSizes() {
        guard configuration.redis.server != nil,
            configuration.limits.webSocket.maxMessageBytes >= configuration.redis.link.maxReplyBytes
        else { return }
        report(
            "limits.max_message_bytes", "must be less than redis.max_reply_bytes, or other nodes do not accept it",
            near: "redis.max_reply_bytes"
        )
    }
}
