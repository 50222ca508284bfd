internal import ChannelSocket
internal import ChannelSocketRedis

extension ServerSettings {
    static let presence: [Setting<ServerConfiguration>] = [
        Setting(
            "presence.max_members_per_topic", .integer(in: 1...10_000_000), \.presence.presence.maxMembersPerTopic,
            "Members of a topic in the whole cluster; one more is refused with `topic_full`."
        ),
        Setting(
            "presence.max_meta_bytes", .bytes(in: 2...1 << 20), \.presence.presence.maxMetaBytes,
            "JSON that a member may carry."
        ),
        Setting(
            "presence.max_key_bytes", .bytes(in: 1...1 << 16), \.presence.presence.maxKeyBytes,
            "UTF-8 of the key under which a member is present."
        ),
        Setting(
            "presence.max_pending_changes", .integer(in: 1...10_000_000), \.presence.presence.maxPendingChanges,
            "Changes of this node that may wait while Redis is away; further ones are refused with `overloaded`."
        ),
        Setting(
            "presence.window", .duration(in: .zero...(.seconds(10))), \.presence.presence.window,
            "How long changes of a topic are gathered on their node before they go out; `0s` for at once."
        ),
        Setting(
            "presence.gather_diffs_above", .integer(in: 0...10_000_000), \.presence.presence.gathersDiffsAbove,
            "From how many members on a topic's diffs are gathered for `presence.large_window`."
        ),
        Setting(
            "presence.large_window", .duration(in: .milliseconds(10)...(.seconds(60))),
            \.presence.presence.largeWindow, "How long the diffs of large topics are gathered."
        ),
        Setting(
            "presence.summary_above", .integer(in: 1...10_000_000), \.presence.presence.summaryAbove,
            "From how many members on clients get `presence_summary` instead of diffs."
        ),
        Setting(
            "presence.key_prefix", .text, \.presence.store.keyPrefix,
            "What precedes the names of the keys in Redis; the same on every node."
        ),
        Setting(
            "presence.lease", .duration(in: .seconds(2)...(.seconds(3_600))), \.presence.store.lease,
            "How long a node may be silent before it counts as dead and its members leave."
        ),
        Setting(
            "presence.poll_interval", .duration(in: .milliseconds(100)...(.seconds(60))),
            \.presence.store.pollInterval, "How often a node renews its lease: one command each time."
        ),
    ]
}
