internal import ChannelSocketRedis

/// All settings of the stock server, in the order of the reference.
package enum ServerSettings {
    /// The settings that have one value or a plain list of values.
    package static let all: [Setting<ServerConfiguration>] =
        listen + redis + limits + connections + access + presence + operation + observation

    /// The settings that are lists of mappings; only a file can have them.
    static let lists: [SettingList] = [channels, tokenKeys, apiKeys, webhooks]

    /// Looks for what is wrong between settings that are right by themselves.
    ///
    /// - Parameters:
    ///   - configuration: the configuration.
    ///   - reader: takes the problems.
    static func check(_ configuration: ServerConfiguration, _ reader: inout SettingReader) {
        if configuration.presence.store.pollInterval * 2 > configuration.presence.store.lease {
            reader.report("presence.lease", "must be at least twice presence.poll_interval")
        }
        let webhooks = Set(configuration.accessSections.webhooks.map(\.name))
        for (index, channel) in configuration.channels.enumerated() {
            guard let webhook = channel.webhook, !webhooks.contains(webhook) else { continue }
            reader.report("channels[\(index)].webhook", "must be the name of one of the webhooks, not '\(webhook)'")
        }
    }
}
