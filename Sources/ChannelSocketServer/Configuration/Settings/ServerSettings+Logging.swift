internal import Logging

extension ServerSettings {
    static let logging: [Setting<ServerConfiguration>] = [
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
