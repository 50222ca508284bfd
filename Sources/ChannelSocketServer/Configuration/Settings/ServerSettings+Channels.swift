internal import PhoenixWire

extension ServerSettings {
    static let channels = SettingList(
        "channels",
        \.channels,
        of: { ChannelDeclaration("") },
        settings: [
            Setting(
                "topic", .topicPattern, \.topic, isRequired: true,
                "The topics: one, or all that begin with what is before a `*` at the end."
            ),
            Setting(
                "join", .choice(["public": .everybody, "authenticated": .authenticated, "claim": .claim]), \.access,
                "Who may join: everybody, whoever has a token, or whoever has one that says what `claims` want."
            ),
            Setting(
                "claims", .claimRules, \.claims,
                "What the token must say, all of it; `{1}` is what the `*` stands for, `{topic}` the whole topic."
            ),
            Setting("events", .events, \.events, "The events that members may send; 'disconnect' only if it is named."),
            Setting(
                "relay", .choice(["others": .others, "all": .all, "none": .none]), \.relay,
                "Who gets what a member sends: the other members, the sender too, or nobody."
            ),
            Setting("binary", .bool, \.allowsBinary, "Whether members may send binary payloads."),
            Setting(
                "presence", .optional(.memberValue, nil: "none"), \.presenceKey,
                "The key under which members are present; clients can claim anything in a `param`."
            ),
            Setting(
                "presence_meta", .memberValues, \.presenceMeta,
                "What a member's presence carries, each under its last name; the node if nothing is given."
            ),
            Setting(
                "max_payload_bytes", .optional(.bytes(in: 2...1 << 30), nil: "none"), \.maxPayloadBytes,
                "The largest payload of an event."
            ),
            Setting(
                "max_members", .optional(.integer(in: 1...10_000_000), nil: "none"), \.maxMembers,
                "Members of one topic on each node; one more is refused with `full`."
            ),
            Setting(
                "rate", .optional(.channelRate, nil: "none"), \.rate,
                "Events a second of one member, twice as many at once; more are refused with `rate limited`."
            ),
            Setting(
                "webhook", .optional(.text, nil: "none"), \.webhook,
                "The name of the webhook that is asked about joins and events, and told of ends."
            ),
        ],
        "Channels without code; the first whose topic matches has it. Each needs topics that those before it do not have. Without this list: `room:*` for everybody.",
        check: { channel in
            switch (channel.access, channel.claims.isEmpty) {
            case (.claim, true): "needs claims, such as 'rooms contains {1}'"
            case (.everybody, false), (.authenticated, false): "has claims, and so needs join: claim"
            default: nil
            }
        }
    )
}
