internal import ChannelSocket
internal import NIOCore
internal import PhoenixWire

extension ServerSettings {
    static let limits: [Setting<ServerConfiguration>] = [
        Setting(
            "limits.max_message_bytes", .bytes(in: 1 << 10...1 << 30), \.limits.webSocket.maxMessageBytes,
            isReloadable: true,
            "The largest message of a client, all fragments together; a larger one closes with 1009."
        ),
        Setting(
            "limits.max_unfinished_bytes_per_loop", .bytes(in: 1 << 20...1 << 40),
            \.limits.webSocket.maxUnfinishedBytesPerLoop, isReloadable: true,
            "Bytes of messages whose end has not come, all connections of a thread; beyond it one is closed with 1013."
        ),
        Setting(
            "limits.max_backlog_bytes_per_loop", .bytes(in: 1 << 20...1 << 40), \.limits.maxBacklogBytes,
            "Bytes of broadcasts that may wait for a thread that is kept from them; its clients miss further ones."
        ),
        Setting(
            "limits.max_json_depth", .integer(in: 1...DecodingLimits.highest.maxDepth),
            \.limits.socket.decoding.maxDepth, isReloadable: true,
            "How deep a payload may be nested; a deeper one closes with 1008."
        ),
        Setting(
            "limits.max_topic_bytes", .bytes(in: 16...DecodingLimits.highest.maxTopicBytes),
            \.limits.socket.decoding.maxTopicBytes,
            isReloadable: true, "UTF-8 of a topic; a longer one closes with 1008."
        ),
        Setting(
            "limits.max_event_bytes", .bytes(in: 16...DecodingLimits.highest.maxEventBytes),
            \.limits.socket.decoding.maxEventBytes,
            isReloadable: true, "UTF-8 of the name of an event; a longer one closes with 1008."
        ),
        Setting(
            "limits.max_ref_bytes", .bytes(in: 16...DecodingLimits.highest.maxRefBytes),
            \.limits.socket.decoding.maxRefBytes,
            isReloadable: true, "JSON of a ref; a longer one closes with 1008."
        ),
        Setting(
            "limits.idle_timeout", .optional(.timeAmount(in: .seconds(1)...(.seconds(86_400))), nil: "none"),
            \.limits.webSocket.idleTimeout, isReloadable: true,
            "How long a client may send nothing at all before it is closed with 1002."
        ),
        Setting(
            "limits.max_outbound_bytes", environment: "CHANNELSOCKET_MAX_OUTBOUND_BYTES", flag: "--max-outbound-bytes",
            .bytes(in: 1 << 16...1 << 30), \.limits.webSocket.maxOutboundBytes, isReloadable: true,
            "Bytes that may wait for a client that does not read, behind a message that is larger by itself."
        ),
        Setting(
            "limits.slow_consumers", environment: "CHANNELSOCKET_SLOW_CONSUMERS", flag: "--slow-consumers",
            .choice(["close": .close, "drop": .drop]), \.limits.webSocket.slowConsumerPolicy, isReloadable: true,
            "What happens to a client that does not read: `close` it with 1008, or `drop` broadcasts for it."
        ),
        Setting(
            "limits.close_timeout", .timeAmount(in: .milliseconds(100)...(.seconds(60))),
            \.limits.webSocket.closeTimeout, isReloadable: true,
            "How long a closed connection may linger for the client's own close frame."
        ),
        Setting(
            "limits.max_channels", .integer(in: 1...100_000), \.limits.socket.maxChannels, isReloadable: true,
            "Channels of one connection; one more is refused with `too many channels joined`."
        ),
        Setting(
            "limits.max_mailbox", .integer(in: 1...1_000_000), \.limits.socket.maxMailbox, isReloadable: true,
            "Messages that may wait for one channel; one more is refused with `mailbox full`."
        ),
        Setting(
            "limits.max_mailbox_bytes", .bytes(in: 1 << 10...1 << 40), \.limits.socket.maxMailboxBytes,
            isReloadable: true,
            "Bytes that may wait for, or be in, all channels of a connection; further messages are refused with `mailbox full`."
        ),
        Setting(
            "limits.message_rate", .optional(.rateLimit, nil: "none"), \.limits.socket.messageRate, isReloadable: true,
            "Messages a second of one connection; more are refused with `rate limited`."
        ),
        Setting(
            "limits.join_rate", .optional(.rateLimit, nil: "none"), \.limits.socket.joinRate, isReloadable: true,
            "Joins a second of one connection; more are refused with `rate limited`."
        ),
        Setting(
            "limits.max_refused_messages", .integer(in: 1...1_000_000_000), \.limits.socket.maxRefusedMessages,
            isReloadable: true, "Refused messages after which a connection is closed with 1008."
        ),
        Setting(
            "limits.join_timeout", .optional(.timeAmount(in: .milliseconds(100)...(.seconds(300))), nil: "none"),
            \.limits.socket.joinTimeout, isReloadable: true,
            "How long a join may take before it is refused with `join timeout`."
        ),
        Setting(
            "limits.callback_timeout", .optional(.timeAmount(in: .milliseconds(100)...(.seconds(3_600))), nil: "none"),
            \.limits.socket.callbackTimeout, isReloadable: true,
            "How long a channel may take over a message before it is answered with `timeout`."
        ),
        Setting(
            "limits.channel_shutdown_timeout", .timeAmount(in: .milliseconds(100)...(.seconds(300))),
            \.limits.socket.channelShutdownTimeout, isReloadable: true,
            "How long a channel that has to end may take before it is left to itself."
        ),
    ]
}
