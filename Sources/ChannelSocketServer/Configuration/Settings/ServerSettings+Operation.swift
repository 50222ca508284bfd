internal import Logging

extension ServerSettings {
    static let operation: [Setting<ServerConfiguration>] = [
        Setting(
            "drain.delay", flag: "--drain-delay", .duration(in: .zero...(.seconds(300))), \.drain.delay,
            "How long the node serves on after SIGTERM with `/health` at 503, for load balancers to notice."
        ),
        Setting(
            "drain.window", flag: "--drain-window", .duration(in: .zero...(.seconds(300))), \.drain.window,
            "The time over which open WebSockets are then closed with 1012."
        ),
        Setting(
            "reload.interval", .optional(.duration(in: .milliseconds(50)...(.seconds(3_600))), nil: "none"),
            \.reloadInterval, "How often it is looked whether a file of the configuration has changed."
        ),
        Setting(
            "logging.level", environment: "LOG_LEVEL", flag: "--log-level",
            .choice([
                "trace": .trace, "debug": .debug, "info": .info, "notice": .notice, "warning": .warning,
                "error": .error, "critical": .critical,
            ]),
            \.logging.level, "The least severe messages that are logged."
        ),
        Setting(
            "logging.format", .choice(["text": .text, "json": .json]), \.logging.format,
            "How a line of the log looks: `text` for people, `json` for programs."
        ),
    ]
}
