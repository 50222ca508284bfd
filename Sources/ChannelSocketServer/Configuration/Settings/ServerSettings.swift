/// All settings of the stock server, in the order of the reference.
package enum ServerSettings {
    /// The settings that have one value or a plain list of values.
    package static let all: [Setting<ServerConfiguration>] =
        listen + tls + redis + limits + connections + access + presence + operation + observation

    /// The settings that are lists of mappings; only a file can have them.
    static let lists: [SettingList] = [channels, tokenKeys, apiKeys, webhooks]
}
